/* output.h: results on standard output, with every write checked. */
#ifndef HS_RUNNER_COMMANDS_OUTPUT_H
#define HS_RUNNER_COMMANDS_OUTPUT_H

#include <base/buffer.h>

/* Writes all of it. A reader that has seen enough (EPIPE: `| head`) is no error; a full disk is HS_ERROR_IO, and a
 * buffer that failed is HS_ERROR_MEMORY. */
int hs_output_write(const hs_buffer *text, char *message);

/* Appends text as one CSV field (RFC 4180: quoted where it has to be). */
void hs_put_csv_field(hs_buffer *buffer, const char *text);

/* Whether a command that reads `store` may write a result to `path`: HS_ERROR_USAGE for that store itself, for any
 * SQLite file, a sweep (.lua), a folder or a device. A file that is not there may be written. Opens and closes `path`:
 * call it while no connection of this process is open, as closing would drop that connection's locks. */
int hs_output_check(const char *path, const char *store, char *message);

#endif
