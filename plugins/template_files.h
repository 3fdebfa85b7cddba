/* template_files.h: the files of plugins/template, embedded by package/embed.cmake. */
#ifndef HS_PLUGINS_TEMPLATE_FILES_H
#define HS_PLUGINS_TEMPLATE_FILES_H

#include <stddef.h>

typedef struct hs__template_file {
  const char *name, *text; /* text ends with a 0 */
} hs__template_file;

extern const hs__template_file hs__template_files[];
extern const size_t hs__template_file_count;

#endif
