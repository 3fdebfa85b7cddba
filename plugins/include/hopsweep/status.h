/* status.h: the one list of outcomes, shared by plugins and by every room of the runner.
 *
 * 0 is success, a negative code is an error (the call did nothing useful), a positive code is a note
 * (the call did its work and has something to say about it). A function that returns a status and takes a
 * `message` writes one sentence there for every error, at the place where the fact is known.
 */
#ifndef HOPSWEEP_STATUS_H
#define HOPSWEEP_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* X(code, name, text) */
#define HS_STATUS_LIST(X)                                                             \
  X(0, OK, "ok")                                                                      \
  X(1, NOT_CONVERGED, "the certificate misses its tolerance")                         \
  X(2, INFEASIBLE, "no distribution satisfies the constraints of this row")           \
  X(3, INVALID, "a score or a result is NaN or infinite")                             \
  X(4, LIMIT, "a limit was reached before the end")                                   \
  X(5, END, "nothing is left")                                                        \
  X(-1, ERROR_MEMORY, "out of memory")                                                \
  X(-2, ERROR_ARGUMENT, "a caller broke the contract of this function")               \
  X(-3, ERROR_PARAMETER, "a parameter is unknown, of the wrong type or out of range") \
  X(-4, ERROR_SHAPE, "the shapes of two operands do not fit")                         \
  X(-5, ERROR_IO, "reading or writing failed")                                        \
  X(-6, ERROR_FORMAT, "foreign bytes are not what they claim to be")                  \
  X(-7, ERROR_VERSION, "made for another version")                                    \
  X(-8, ERROR_NOT_FOUND, "no such thing")                                             \
  X(-9, ERROR_SCRIPT, "the sweep script raised an error")                             \
  X(-10, ERROR_STORE, "the store refused")                                            \
  X(-11, ERROR_BUSY, "somebody else holds it")                                        \
  X(-12, ERROR_CHANGED, "the code changed since these results were made")             \
  X(-13, ERROR_USAGE, "the command line is wrong")                                    \
  X(-14, ERROR_LAUNCH, "the configuration or the launch is wrong")                    \
  X(-15, ERROR_INTERRUPTED, "stopped from outside; the same command goes on")         \
  X(-16, ERROR_LOST, "another process is gone")                                       \
  X(-17, ERROR_UNSUPPORTED, "this build or plugin does not offer it")                 \
  X(-99, ERROR_INTERNAL, "a defect of this program")

typedef enum hs_status {
#define HS_STATUS_ENUM(code, name, text) HS_##name = (code),
  HS_STATUS_LIST(HS_STATUS_ENUM)
#undef HS_STATUS_ENUM
} hs_status;

/* Messages live in buffers of this size, owned by the caller; NULL is allowed and means "not wanted". */
#define HS_MESSAGE_SIZE 256

#ifdef __cplusplus
}
#endif
#endif
