/* output.h: results on standard output, with every write checked. */
#ifndef HS_RUNNER_COMMANDS_OUTPUT_H
#define HS_RUNNER_COMMANDS_OUTPUT_H

#include <base/buffer.h>

/* Writes all of it. A reader that has seen enough (EPIPE: `| head`) is no error; a full disk is HS_ERROR_IO, and a
 * buffer that failed is HS_ERROR_MEMORY. */
int hs_output_write(const hs_buffer *text, char *message);

/* Appends text as one CSV field (RFC 4180: quoted where it has to be). */
void hs_put_csv_field(hs_buffer *buffer, const char *text);

#endif
