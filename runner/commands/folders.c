#include "folders.h"

#include <base/file.h>
#include <base/memory.h>
#include <base/status.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "version.h"

int hs_folders_add_shipped(hs_text_list *folders) {
  char *program = hs_program_folder(), *shipped = program ? hs_path_join(program, "plugins") : NULL;
  if (shipped && access(shipped, R_OK | X_OK) != 0) {
    hs_free(&shipped);
    shipped = hs_path_join(program, HS_INSTALLED_PLUGINS);
  }
  int status = shipped ? hs_text_list_add(folders, shipped, strlen(shipped)) : HS_ERROR_MEMORY;
  hs_free(&shipped);
  hs_free(&program);
  return status;
}

/* Two names of one folder; names that lead nowhere differ unless they are equal. */
static bool same_folder(const char *a, const char *b) {
  struct stat first, second;
  if (strcmp(a, b) == 0) return true;
  if (stat(a, &first) != 0 || stat(b, &second) != 0) return false;
  return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

void hs_folders_make_unique(hs_text_list *folders) {
  size_t kept = 0;
  for (size_t i = 0; i < folders->count; i++) {
    bool known = false;
    for (size_t k = 0; k < kept && !known; k++) known = same_folder(folders->items[k], folders->items[i]);
    if (known)
      hs_free(&folders->items[i]);
    else
      folders->items[kept++] = folders->items[i];
  }
  folders->count = kept;
  if (folders->items) folders->items[kept] = NULL;
}
