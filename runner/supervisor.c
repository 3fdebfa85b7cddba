#include "supervisor.h"

#include <base/clock.h>
#include <base/log.h>
#include <base/memory.h>
#include <base/status.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "output_tail.h"
#include "queue.h"
#include "wire.h"

enum { PLAN_ATTEMPTS = 3, SMALL_WINDOW = 2, LARGE_WINDOW = 64 };

/* Trials shorter than this are sent by the dozen: the way to the executor would cost as much as they do. */
static const double SHORT_TRIAL = 0.005;

/* Building shared data may take this many times --trial-timeout, and at least so many seconds. */
static const double LOADING_FACTOR = 10, LEAST_LOADING = 60;

typedef enum executor_state {
  EXECUTOR_NONE,
  EXECUTOR_STARTING, /* asked for */
  EXECUTOR_ALIVE,
  EXECUTOR_DYING /* told to die; EXITED follows */
} executor_state;

struct hs__supervisor {
  const hs__keeper *keeper;
  const hs__setup *setup;
  hs__supervisor_events events;
  executor_state state;
  pid_t pid;
  hs__channel channel;
  hs__output_tail output;
  hs__queue queue;     /* given and not reported, oldest first */
  size_t sent;         /* of the queue, to the present executor */
  size_t window;       /* how many may be sent and not reported */
  double oldest_since; /* when the oldest became the oldest with an executor to run it; 0 = not running */
  double plan_since;   /* when the plan was asked for */
  bool wants_plan, rehearse, in_plan, faulted, ready, loading;
  bool killed, timed_out, nonsense; /* why this executor is dying: by our order; for its time; for what it said */
  int plan_attempts;
};

int hs__supervisor_new(const hs__keeper *keeper, const hs__setup *setup, const hs__supervisor_events *events,
                       hs__supervisor **supervisor, char *message) {
  hs__supervisor *made = hs_allocate(1, sizeof *made);
  if (!made) return hs_fail(message, HS_ERROR_MEMORY, "no memory for a supervisor");
  made->keeper = keeper;
  made->setup = setup;
  made->events = *events;
  made->channel.socket = -1;
  made->output.descriptor = -1;
  made->window = SMALL_WINDOW;
  *supervisor = made;
  return HS_OK;
}

static void forget_executor(hs__supervisor *supervisor) {
  hs__channel_close(&supervisor->channel);
  hs__output_tail_close(&supervisor->output);
  supervisor->state = EXECUTOR_NONE;
  supervisor->sent = 0;
  supervisor->oldest_since = 0;
  supervisor->ready = supervisor->in_plan = supervisor->loading = false;
  supervisor->killed = supervisor->timed_out = supervisor->nonsense = false;
}

void hs__supervisor_free(hs__supervisor **supervisor) {
  if (!*supervisor) return;
  hs__supervisor *ending = *supervisor;
  if (ending->state != EXECUTOR_NONE) hs__keeper_kill(ending->keeper);
  forget_executor(ending);
  hs__queue_free(&ending->queue);
  hs_free(supervisor);
}

int hs__supervisor_start(hs__supervisor *supervisor) {
  if (supervisor->state != EXECUTOR_NONE || supervisor->faulted) return HS_OK;
  HS_TRY(hs__keeper_request(supervisor->keeper, &(hs__executor_request){
                                                    .level = (uint32_t)supervisor->setup->level,
                                                    .threads = (uint32_t)supervisor->setup->threads,
                                                    .memory_limit = supervisor->setup->memory_limit,
                                                }));
  supervisor->state = EXECUTOR_STARTING;
  return HS_OK;
}

/* Sending to an executor that has just died is no error: EXITED tells the story. */
static int send_frame(hs__supervisor *supervisor, hs__wire_type type, const hs_buffer *payload) {
  if (payload && payload->failed) return HS_ERROR_MEMORY;
  int status =
      hs__channel_send(&supervisor->channel, type, payload ? payload->data : NULL, payload ? payload->size : 0);
  return status == HS_ERROR_LOST ? HS_OK : status;
}

static int send_setup(hs__supervisor *supervisor) {
  hs_buffer payload = {0};
  hs__put_setup(&payload, supervisor->setup);
  int status = send_frame(supervisor, HS__WIRE_SETUP, &payload);
  hs_buffer_free(&payload);
  return status;
}

static int send_plan(hs__supervisor *supervisor) {
  hs_buffer payload = {0};
  hs_put_u8(&payload, supervisor->rehearse);
  supervisor->in_plan = true;
  supervisor->plan_since = hs_clock_now();
  int status = send_frame(supervisor, HS__WIRE_PLAN, &payload);
  hs_buffer_free(&payload);
  return status;
}

int hs__supervisor_send(hs__supervisor *supervisor) {
  size_t waiting = hs__queue_count(&supervisor->queue);
  if (waiting > supervisor->window) waiting = supervisor->window;
  if (waiting <= supervisor->sent || supervisor->faulted) return HS_OK;
  if (supervisor->state == EXECUTOR_NONE) return hs__supervisor_start(supervisor);
  /* A dying executor must not be charged with what it never got. */
  if (supervisor->state != EXECUTOR_ALIVE || supervisor->channel.socket < 0) return HS_OK;
  hs_buffer payload = {0};
  hs_put_u32(&payload, (uint32_t)(waiting - supervisor->sent));
  for (size_t i = supervisor->sent; i < waiting; i++) {
    const hs__queued *item = hs__queue_at(&supervisor->queue, i);
    hs_put_bytes(&payload, item->bytes, item->size);
  }
  if (supervisor->sent == 0 && supervisor->ready) supervisor->oldest_since = hs_clock_now();
  supervisor->sent = waiting;
  int status = send_frame(supervisor, HS__WIRE_TRIALS, &payload);
  hs_buffer_free(&payload);
  return status;
}

int hs__supervisor_plan(hs__supervisor *supervisor, bool rehearse) {
  supervisor->wants_plan = true;
  supervisor->rehearse = rehearse;
  return supervisor->state == EXECUTOR_ALIVE ? send_plan(supervisor) : hs__supervisor_start(supervisor);
}

int hs__supervisor_give(hs__supervisor *supervisor, const hs_trial *trial) {
  hs_buffer bytes = {0};
  hs_put_trial(&bytes, trial);
  int status = bytes.failed ? HS_ERROR_MEMORY : hs__queue_push(&supervisor->queue, &bytes, trial->key);
  hs_buffer_free(&bytes);
  return status;
}

size_t hs__supervisor_waiting(const hs__supervisor *supervisor) { return hs__queue_count(&supervisor->queue); }

void hs__supervisor_drain(hs__supervisor *supervisor) {
  size_t waiting = hs__queue_count(&supervisor->queue);
  for (size_t i = supervisor->sent; i < waiting; i++)
    supervisor->events.returned(supervisor->events.context, hs__queue_at(&supervisor->queue, i)->key);
  hs__queue_cut(&supervisor->queue, supervisor->sent);
}

static void fault(hs__supervisor *supervisor, int status, const char *message) {
  supervisor->faulted = true;
  if (supervisor->events.fault) supervisor->events.fault(supervisor->events.context, status, message);
}

/* ---- what the executor says ---- */

/* The oldest trial is over: tells the owner, and starts the next one's clock. */
static void report(hs__supervisor *supervisor, hs_record *record, double now) {
  double seconds = supervisor->oldest_since > 0 ? now - supervisor->oldest_since : 0;
  hs__queue_pop(&supervisor->queue);
  if (supervisor->sent) supervisor->sent--;
  supervisor->timed_out = false; /* it was just in time: see blame_oldest */
  supervisor->plan_attempts = 0;
  supervisor->oldest_since = supervisor->sent ? now : 0;
  supervisor->window = seconds < SHORT_TRIAL ? LARGE_WINDOW : SMALL_WINDOW;
  supervisor->events.record(supervisor->events.context, record, seconds);
  hs_record_free(record);
}

static int on_record(hs__supervisor *supervisor, hs_reader *payload, double now) {
  hs_record record;
  HS_TRY(hs_get_record(payload, &record));
  const hs__queued *oldest = hs__queue_at(&supervisor->queue, 0);
  if (!oldest || !hs_hash_equal(oldest->key, record.key)) {
    hs_record_free(&record);
    return HS_ERROR_FORMAT;
  }
  record.attempt = oldest->attempts + 1;
  hs__output_tail_read(&supervisor->output);
  if (record.verdict != HS_VERDICT_OK) record.error_output = hs__output_tail_text(&supervisor->output);
  hs__output_tail_clear(&supervisor->output);
  report(supervisor, &record, now);
  return HS_OK;
}

static int on_hello(hs__supervisor *supervisor, hs_reader *payload) {
  char *fingerprint = hs_get_text(payload), *plugins = hs_get_text(payload);
  supervisor->ready = true;
  if (supervisor->sent) supervisor->oldest_since = hs_clock_now(); /* loading the sweep is not the trial's time */
  if (supervisor->events.hello && fingerprint && plugins)
    supervisor->events.hello(supervisor->events.context, fingerprint, plugins);
  hs_free(&fingerprint);
  hs_free(&plugins);
  return payload->failed ? HS_ERROR_FORMAT : HS_OK;
}

static int on_fault(hs__supervisor *supervisor, hs_reader *payload) {
  int status = (int32_t)hs_get_u32(payload);
  char *text = hs_get_text(payload);
  fault(supervisor, status < 0 ? status : HS_ERROR_INTERNAL, text ? text : "the executor gave no reason");
  hs_free(&text);
  return HS_OK;
}

static int on_plan_frame(hs__supervisor *supervisor, hs__wire_type type, hs_reader *payload) {
  const hs__supervisor_events *events = &supervisor->events;
  if (type == HS__WIRE_PLAN_HEAD && events->plan_head) events->plan_head(events->context, payload);
  if (type == HS__WIRE_PLAN_TRIALS && events->plan_trial)
    events->plan_trial(events->context, payload, hs_get_u32(payload));
  if (type == HS__WIRE_PLAN_END) {
    supervisor->wants_plan = supervisor->in_plan = false;
    supervisor->plan_attempts = 0;
    if (events->plan_end) events->plan_end(events->context);
  }
  return HS_OK;
}

static int on_digests(hs__supervisor *supervisor, hs_reader *payload) {
  char *text = hs_get_text(payload);
  if (text && supervisor->events.digests) supervisor->events.digests(supervisor->events.context, text);
  hs_free(&text);
  return HS_OK;
}

static int on_frame(hs__supervisor *supervisor, hs__wire_type type, hs_reader *payload, double now) {
  switch (type) {
    case HS__WIRE_HELLO: return on_hello(supervisor, payload);
    case HS__WIRE_FAULT: return on_fault(supervisor, payload);
    case HS__WIRE_RECORD: return on_record(supervisor, payload, now);
    case HS__WIRE_LOADING: supervisor->loading = true; return HS_OK;
    case HS__WIRE_BEGUN:
      supervisor->loading = false;
      if (supervisor->sent) supervisor->oldest_since = now;
      return HS_OK;
    case HS__WIRE_DIGESTS: return on_digests(supervisor, payload);
    case HS__WIRE_PLAN_HEAD:
    case HS__WIRE_PLAN_TRIALS:
    case HS__WIRE_PLAN_END: return on_plan_frame(supervisor, type, payload);
    default: return HS_ERROR_FORMAT;
  }
}

static int order_death(hs__supervisor *supervisor) {
  supervisor->state = EXECUTOR_DYING;
  supervisor->killed = true;
  return hs__keeper_kill(supervisor->keeper);
}

/* Reads frames until none is whole. What a dying executor managed to send still counts. An executor that talks
 * nonsense (its memory is damaged, or a plugin wrote to the socket) is killed like one that crashed. */
static int listen(hs__supervisor *supervisor, double now) {
  if (supervisor->channel.socket < 0) return HS_OK;
  int read = hs__channel_read(&supervisor->channel), status;
  if (read == HS_ERROR_MEMORY) return read;
  hs__wire_type type;
  hs_reader payload;
  while ((status = hs__channel_next(&supervisor->channel, &type, &payload)) == HS_OK) {
    status = on_frame(supervisor, type, &payload, now);
    if (status < 0) break;
  }
  if (status == HS_ERROR_MEMORY) return status;
  if (read != HS_ERROR_LOST && supervisor->sent <= supervisor->window / 2) HS_TRY(hs__supervisor_send(supervisor));
  if (status < 0 && supervisor->state == EXECUTOR_ALIVE) {
    supervisor->nonsense = true;
    hs__channel_close(&supervisor->channel);
    return order_death(supervisor);
  }
  if (read == HS_ERROR_LOST) hs__channel_close(&supervisor->channel); /* EXITED will follow */
  return HS_OK;
}

/* ---- what the keeper says ---- */

static int on_started(hs__supervisor *supervisor, const hs__keeper_event *event) {
  supervisor->state = EXECUTOR_ALIVE;
  supervisor->pid = event->pid;
  hs__channel_open(&supervisor->channel, event->socket);
  hs__output_tail_open(&supervisor->output, event->output);
  HS_TRY(send_setup(supervisor));
  if (supervisor->wants_plan) HS_TRY(send_plan(supervisor));
  return hs__supervisor_send(supervisor);
}

/* What killed it, in words for a row. */
static void describe_death(int wait_status, const char *when, char text[HS_MESSAGE_SIZE]) {
  if (WIFSIGNALED(wait_status))
    hs_fail(text, 0, "the executor was killed by signal %d (%s) %s", WTERMSIG(wait_status),
            strsignal(WTERMSIG(wait_status)), when);
  else
    hs_fail(text, 0, "the executor called exit(%d) %s", WEXITSTATUS(wait_status), when);
}

static double loading_limit(double limit) {
  return limit * LOADING_FACTOR > LEAST_LOADING ? limit * LOADING_FACTOR : LEAST_LOADING;
}

static int blame_oldest(hs__supervisor *supervisor, int wait_status, double now) {
  hs__queued *oldest = hs__queue_at(&supervisor->queue, 0);
  /* A record that came just in time left a kill under way: it hit the next trial, which is not to blame. */
  if (supervisor->killed && !supervisor->timed_out && !supervisor->nonsense) return HS_OK;
  bool outside = WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL && !supervisor->killed;
  uint32_t attempt = ++oldest->attempts;
  if (outside && attempt < supervisor->setup->crash_limit) return HS_OK;
  char words[HS_MESSAGE_SIZE];
  double limit = supervisor->setup->trial_timeout;
  if (supervisor->timed_out && supervisor->loading)
    hs_fail(words, 0, "its data were not built in %g s (--trial-timeout %g)", loading_limit(limit), limit);
  else if (supervisor->timed_out)
    hs_fail(words, 0, "still running after %g s (--trial-timeout)", limit);
  else if (supervisor->nonsense)
    hs_fail(words, 0, "what the executor sent cannot be read: the trial damaged its memory or wrote to its socket");
  else
    describe_death(wait_status, "during the trial", words);
  hs_record record = {
      .key = oldest->key,
      .verdict = supervisor->timed_out ? HS_VERDICT_TIMEOUT : HS_VERDICT_CRASHED,
      .attempt = attempt,
      .wall = supervisor->oldest_since > 0 ? now - supervisor->oldest_since : 0,
      .message = hs_copy_text(words),
      .error_output = hs__output_tail_text(&supervisor->output),
  };
  record.started = hs_clock_wall() - record.wall;
  report(supervisor, &record, now);
  return HS_OK;
}

static int die_before_work(hs__supervisor *supervisor, int wait_status) {
  char death[HS_MESSAGE_SIZE], words[HS_MESSAGE_SIZE];
  if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 127) {
    fault(supervisor, HS_ERROR_LAUNCH, "hopsweep-executor cannot be started: it belongs beside the hopsweep program");
    return HS_OK;
  }
  if (supervisor->in_plan && supervisor->rehearse) {
    /* Some cell is deadly to try beforehand. Without rehearsal, each trial gets a verdict of its own. */
    supervisor->rehearse = false;
    return HS_OK;
  }
  if (++supervisor->plan_attempts < PLAN_ATTEMPTS) return HS_OK;
  describe_death(wait_status, "while it loaded the sweep and its plugins", death);
  char *output = hs__output_tail_text(&supervisor->output);
  hs_fail(words, 0, "%s%s%s", death, output ? ": " : "", output ? output : "");
  hs_free(&output);
  fault(supervisor, HS_ERROR_INTERNAL, words);
  return HS_OK;
}

static int on_exited(hs__supervisor *supervisor, const hs__keeper_event *event, double now) {
  if (event->pid != supervisor->pid) return HS_OK;
  supervisor->state = EXECUTOR_DYING;
  HS_TRY(listen(supervisor, now)); /* its last words */
  hs__output_tail_read(&supervisor->output);
  bool was_working = supervisor->sent > 0 && supervisor->ready && !supervisor->in_plan;
  if (!supervisor->faulted)
    HS_TRY(was_working ? blame_oldest(supervisor, event->wait_status, now)
                       : die_before_work(supervisor, event->wait_status));
  forget_executor(supervisor);
  if (supervisor->faulted) return HS_OK;
  return supervisor->wants_plan || hs__queue_count(&supervisor->queue) ? hs__supervisor_start(supervisor) : HS_OK;
}

static int on_keeper_event(hs__supervisor *supervisor, const hs__keeper_event *event, double now) {
  char words[HS_MESSAGE_SIZE];
  switch ((hs__keeper_event_kind)event->kind) {
    case HS__KEEPER_STARTED: return on_started(supervisor, event);
    case HS__KEEPER_EXITED: return on_exited(supervisor, event, now);
    case HS__KEEPER_FAILED:
      hs_fail(words, 0, "no executor can be started: %s", strerror(event->error_number));
      supervisor->state = EXECUTOR_NONE;
      fault(supervisor, HS_ERROR_LAUNCH, words);
      return HS_OK;
  }
  return HS_ERROR_LOST;
}

/* ---- the clock ---- */

static double deadline(const hs__supervisor *supervisor) {
  double limit = supervisor->setup->trial_timeout;
  if (limit <= 0 || supervisor->state != EXECUTOR_ALIVE) return -1;
  if (supervisor->in_plan) return supervisor->rehearse ? supervisor->plan_since + loading_limit(limit) : -1;
  if (supervisor->oldest_since <= 0 || supervisor->sent == 0) return -1;
  return supervisor->oldest_since + (supervisor->loading ? loading_limit(limit) : limit);
}

static int check_timeout(hs__supervisor *supervisor, double now) {
  double due = deadline(supervisor);
  if (due < 0 || now < due) return HS_OK;
  supervisor->timed_out = true;
  return order_death(supervisor);
}

int hs__supervisor_poll(const hs__supervisor *supervisor, struct pollfd *descriptors, double now, double *timeout) {
  int count = 0;
  descriptors[count++] = (struct pollfd){.fd = supervisor->keeper->socket, .events = POLLIN};
  if (supervisor->channel.socket >= 0) {
    short write = hs__channel_wants_write(&supervisor->channel) ? POLLOUT : 0;
    descriptors[count++] = (struct pollfd){.fd = supervisor->channel.socket, .events = (short)(POLLIN | write)};
  }
  if (supervisor->output.descriptor >= 0)
    descriptors[count++] = (struct pollfd){.fd = supervisor->output.descriptor, .events = POLLIN};
  double due = deadline(supervisor);
  if (due >= 0) {
    double left = due > now ? due - now : 0;
    if (*timeout < 0 || left < *timeout) *timeout = left;
  }
  return count;
}

int hs__supervisor_step(hs__supervisor *supervisor, double now) {
  if (hs__channel_wants_write(&supervisor->channel)) hs__channel_flush(&supervisor->channel);
  HS_TRY(listen(supervisor, now));
  hs__output_tail_read(&supervisor->output);
  hs__keeper_event event;
  int status;
  while ((status = hs__keeper_receive(supervisor->keeper, &event)) == HS_OK)
    HS_TRY(on_keeper_event(supervisor, &event, now));
  if (status < 0) return status;
  return check_timeout(supervisor, now);
}
