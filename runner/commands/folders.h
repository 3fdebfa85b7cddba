/* folders.h: the folders where plugins are looked for. */
#ifndef HS_RUNNER_COMMANDS_FOLDERS_H
#define HS_RUNNER_COMMANDS_FOLDERS_H

#include "options.h"

/* Appends the folder of the shipped plugins: plugins/ beside the program (the build tree), else the installed one.
 * HS_ERROR_MEMORY. */
int hs_folders_add_shipped(hs_text_list *folders);

/* Takes out every folder that an earlier name already reaches (also through links): a plugin that is found twice would
 * claim its id twice. */
void hs_folders_make_unique(hs_text_list *folders);

#endif
