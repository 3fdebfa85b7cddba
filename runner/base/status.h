/* status.h: helpers around the status list of the ABI (hopsweep/status.h): names, texts, and the short words
 * with which every function of the house reports an error. */
#ifndef HS_BASE_STATUS_H
#define HS_BASE_STATUS_H

#include <hopsweep/status.h>

/* Returns early with the status of `call` if it is an error; notes (> 0) pass. */
#define HS_TRY(call)                               \
  do {                                             \
    int hs_try_status_ = (call);                   \
    if (hs_try_status_ < 0) return hs_try_status_; \
  } while (0)

/* "ERROR_PARAMETER" and "a parameter is unknown, ..."; never NULL. Any thread. */
const char *hs_status_name(int status);
const char *hs_status_text(int status);

/* Writes the sentence into message (HS_MESSAGE_SIZE bytes or NULL; cut with "..." if longer) and returns status,
 * so that an error is one line: return hs_fail(message, HS_ERROR_IO, "%s: %s", path, strerror(errno)); */
int hs_fail(char *message, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));
#ifdef __clang_analyzer__ /* it reads one file at a time, and has to see that the result is the status */
#define hs_fail(message, status, ...) (hs_fail(message, status, __VA_ARGS__), (status))
#endif

#endif
