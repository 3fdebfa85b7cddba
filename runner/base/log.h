/* log.h: one human log. Lines go to stderr and, if opened, to a file; thread-safe, one write per line. */
#ifndef HS_BASE_LOG_H
#define HS_BASE_LOG_H

typedef enum hs_log_level { HS_LOG_ERROR = 0, HS_LOG_WARNING = 1, HS_LOG_INFO = 2, HS_LOG_DEBUG = 3 } hs_log_level;

/* Lines above `level` are dropped (default HS_LOG_INFO). */
void hs_log_set_level(hs_log_level level);
/* Also appends to this file, with a time in front; NULL closes it. HS_OK or HS_ERROR_IO. */
int hs_log_open(const char *path, char *message);
/* Called before and after a line goes to a terminal, so that a progress bar can step aside; NULL = nobody. */
void hs_log_set_bystander(void (*step_aside)(void), void (*come_back)(void));

void hs_log(hs_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define hs_log_error(...)   hs_log(HS_LOG_ERROR, __VA_ARGS__)
#define hs_log_warning(...) hs_log(HS_LOG_WARNING, __VA_ARGS__)
#define hs_log_info(...)    hs_log(HS_LOG_INFO, __VA_ARGS__)
#define hs_log_debug(...)   hs_log(HS_LOG_DEBUG, __VA_ARGS__)

#endif
