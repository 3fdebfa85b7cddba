/* signals.h: requests to stop, from outside.
 *
 * USR1 and INT ask to drain: hand out no more, let running trials end, commit. TERM, or a second request, asks to stop
 * at once: mpirun kills the ranks 1.0 s after it passes TERM on, so there is half a second to commit.
 */
#ifndef HS_RUNNER_SIGNALS_H
#define HS_RUNNER_SIGNALS_H

typedef enum hs__stop_request { HS__STOP_NONE, HS__STOP_DRAIN, HS__STOP_NOW } hs__stop_request;

/* Installs handlers for USR1, INT, TERM and HUP; ignores PIPE. Call once, before threads. */
void hs__signals_install(void);
hs__stop_request hs__signals_request(void);
/* How many signals have come. */
int hs__signals_count(void);
/* Readable once a request has come. */
int hs__signals_descriptor(void);

#endif
