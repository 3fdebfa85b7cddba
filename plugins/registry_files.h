/* registry_files.h: a registry filled file by file, for the conformance suite. */
#ifndef HS_PLUGINS_REGISTRY_FILES_H
#define HS_PLUGINS_REGISTRY_FILES_H

#include "loader.h"
#include "registry.h"

int hs__registry_new(hs_registry **registry, char *message);
/* Loads one file, unless it is loaded already under this or another name. Errors: those of hs__load_plugin, and
 * HS_ERROR_FORMAT for an id that is taken (the file's other ids up to that one stay registered). */
int hs__registry_add_file(hs_registry *registry, const char *path, char *message);
/* Loads every *.so of a folder in order of name, see hs_registry_open; goes on after an error, returns the first. */
int hs__registry_add_folder(hs_registry *registry, const char *folder, char *message);
/* The index-th file that was loaded, in order of loading; NULL past the end. */
const hs__loaded *hs__registry_file(const hs_registry *registry, size_t index);

#endif
