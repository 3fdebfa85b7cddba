/* new.h: `hopsweep plugins new NAME`. */
#ifndef HS_PLUGINS_NEW_H
#define HS_PLUGINS_NEW_H

/* Makes the folder and writes a complete plugin into it: the files of plugins/template with `name` in the place of
 * "template". HS_ERROR_PARAMETER (name is not [a-z][a-z0-9_-]*), HS_ERROR_BUSY (the folder exists), HS_ERROR_IO. */
int hs_plugin_new(const char *folder, const char *name, char *message);

#endif
