#include "new.h"

#include <base/buffer.h>
#include <base/file.h>
#include <base/memory.h>
#include <base/status.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "declarations.h"
#include "template_files.h"

/* The files use this word for nothing but the plugin's name. */
static const char PLACEHOLDER[] = "template";

static void put_renamed(hs_buffer *to, const char *text, const char *name) {
  const char *next;
  for (; (next = strstr(text, PLACEHOLDER)); text = next + strlen(PLACEHOLDER)) {
    hs_put_bytes(to, text, (size_t)(next - text));
    hs_put_format(to, "%s", name);
  }
  hs_put_format(to, "%s", text);
}

static int write_file(const char *folder, const char *name, const hs__template_file *file, char *message) {
  hs_buffer file_name = {0}, text = {0};
  put_renamed(&file_name, file->name, name);
  put_renamed(&text, file->text, name);
  char *path = hs_path_join(folder, hs_buffer_text(&file_name));
  int status = path && !file_name.failed && !text.failed
                   ? hs_file_write(path, text.data, text.size, message)
                   : hs_fail(message, HS_ERROR_MEMORY, "no memory to write %s", file->name);
  hs_free(&path);
  hs_buffer_free(&file_name);
  hs_buffer_free(&text);
  return status;
}

int hs_plugin_new(const char *folder, const char *name, char *message) {
  if (!hs__is_identifier(name))
    return hs_fail(message, HS_ERROR_PARAMETER, "\"%s\" cannot be a plugin's name: use [a-z][a-z0-9_-]*", name);
  if (mkdir(folder, 0777) != 0)
    return hs_fail(message, errno == EEXIST ? HS_ERROR_BUSY : HS_ERROR_IO, "%s: cannot make this folder: %s", folder,
                   strerror(errno));
  for (size_t i = 0; i < hs__template_file_count; i++)
    HS_TRY(write_file(folder, name, &hs__template_files[i], message));
  return HS_OK;
}
