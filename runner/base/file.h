/* file.h: whole files and names of files. */
#ifndef HS_BASE_FILE_H
#define HS_BASE_FILE_H

#include <stddef.h>

/* Reads a whole file; *text ends with a 0 that does not count in *size (size may be NULL). Free with hs_free.
 * HS_ERROR_NOT_FOUND, HS_ERROR_IO, HS_ERROR_MEMORY; the message names the path. */
int hs_file_read(const char *path, char **text, size_t *size, char *message);

/* Writes path completely or not at all (temporary file beside it, fsync, rename). HS_ERROR_IO. */
int hs_file_write(const char *path, const void *bytes, size_t size, char *message);

/* folder + "/" + name (name alone if it is absolute or folder is ""), fresh; free with hs_free. */
char *hs_path_join(const char *folder, const char *name);
/* The folder of a path ("." if it has none), fresh. */
char *hs_path_folder(const char *path);
/* The folder of the running program, fresh; NULL if the kernel does not say. */
char *hs_program_folder(void);

#endif
