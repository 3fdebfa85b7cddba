/* Frames over real sockets: any split of the bytes, garbage, a peer that leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <base/rng.h>
#include <base/status.h>
#include <runner/output_tail.h>
#include <runner/queue.h>
#include <runner/setup.h>
#include <runner/wire.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void make_pair(hs__channel *a, hs__channel *b) {
  int pair[2];
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  hs__channel_open(a, pair[0]);
  hs__channel_open(b, pair[1]);
}

/* Frames of all sizes arrive whole and in order, although the socket takes them in pieces. */
static void test_frames_survive_splitting(void **state) {
  (void)state;
  hs__channel from, to;
  make_pair(&from, &to);
  enum { FRAMES = 40 };
  int sent = 0, received = 0;
  static unsigned char payload[300000];
  while (received < FRAMES) {
    if (sent < FRAMES) {
      size_t size = (size_t)sent * 7351 % sizeof payload;
      memset(payload, sent, size);
      assert_int_equal(hs__channel_send(&from, HS__WIRE_RECORD, payload, size), HS_OK);
      sent++;
    } else {
      assert_int_equal(hs__channel_flush(&from), HS_OK);
    }
    assert_true(hs__channel_read(&to) >= 0);
    hs__wire_type type;
    hs_reader reader;
    while (hs__channel_next(&to, &type, &reader) == HS_OK) {
      assert_int_equal(type, HS__WIRE_RECORD);
      assert_int_equal(reader.size, (size_t)received * 7351 % sizeof payload);
      for (size_t i = 0; i < reader.size; i++) assert_int_equal(reader.data[i], (unsigned char)received);
      received++;
    }
  }
  hs__channel_close(&from);
  assert_int_equal(hs__channel_read(&to), HS_ERROR_LOST);
  hs__channel_close(&to);
}

static void test_garbage_ends_the_conversation(void **state) {
  (void)state;
  hs__channel from, to;
  make_pair(&from, &to);
  assert_int_equal(write(from.socket, "this is no frame, is it? no.", 28), 28);
  assert_int_equal(hs__channel_read(&to), HS_OK);
  hs__wire_type type;
  hs_reader reader;
  assert_int_equal(hs__channel_next(&to, &type, &reader), HS_ERROR_FORMAT);
  hs__channel_close(&to);
  assert_int_equal(hs__channel_send(&from, HS__WIRE_QUIT, NULL, 0), HS_ERROR_LOST);
  hs__channel_close(&from);
}

/* A setup cut at any byte is refused, never misread. */
static void test_truncated_setup(void **state) {
  (void)state;
  hs__setup setup = {
      .level = HS_CPU_AVX2, .threads = 3, .memory_limit = 12345, .trial_timeout = 2.385, .crash_limit = 4};
  char path[] = "a.lua", text[] = "return 1", data_folders[] = "x:y", plugin_folders[] = "p:q";
  setup.source.path = path;
  setup.source.text = text;
  setup.source.data_folders = data_folders;
  setup.plugin_folders = plugin_folders;
  hs_buffer bytes = {0};
  hs__put_setup(&bytes, &setup);
  for (size_t size = 0; size < bytes.size; size++) {
    hs_reader reader = hs_reader_of(bytes.data, size);
    hs__setup got;
    assert_int_equal(hs__get_setup(&reader, &got), HS_ERROR_FORMAT);
  }
  hs_reader reader = hs_reader_of(bytes.data, bytes.size);
  hs__setup got;
  assert_int_equal(hs__get_setup(&reader, &got), HS_OK);
  assert_string_equal(got.plugin_folders, "p:q");
  assert_true(got.trial_timeout == 2.385 && got.crash_limit == 4 && got.level == HS_CPU_AVX2);
  hs__setup_free(&got);
  hs_buffer_free(&bytes);
}

/* The queue keeps order through any mix of pushes, pops and cuts. */
static void test_queue_against_counter(void **state) {
  (void)state;
  hs__queue queue = {0};
  uint64_t next = 0, oldest = 0, draws = 0;
  hs_rng rng = hs_rng_of(hs_hash_of("queue", 5));
  for (int step = 0; step < 20000; step++) {
    uint64_t event = hs_rng_below(rng, draws++, 100);
    if (event < 55) {
      hs_buffer bytes = {0};
      hs_put_u64(&bytes, next);
      assert_int_equal(hs__queue_push(&queue, &bytes, (hs_hash){.low = next}), HS_OK);
      hs_buffer_free(&bytes);
      next++;
    } else if (event < 98) {
      if (oldest < next) oldest++;
      hs__queue_pop(&queue);
    } else {
      size_t keep = (size_t)hs_rng_below(rng, draws++, next - oldest + 1);
      assert_int_equal(hs__queue_cut(&queue, keep), next - oldest - keep);
      next = oldest + keep;
    }
    assert_int_equal(hs__queue_count(&queue), next - oldest);
    if (oldest < next) assert_int_equal(hs__queue_at(&queue, 0)->key.low, oldest);
    assert_null(hs__queue_at(&queue, next - oldest));
  }
  hs__queue_free(&queue);
}

static void test_output_tail_keeps_the_end(void **state) {
  (void)state;
  int pipes[2];
  assert_int_equal(pipe(pipes), 0);
  static hs__output_tail tail;
  hs__output_tail_open(&tail, pipes[0]);
  assert_null(hs__output_tail_text(&tail));
  for (int line = 0; line < 5000; line++) {
    char text[32];
    int length = snprintf(text, sizeof text, "line %d\x01\n", line);
    assert_int_equal(write(pipes[1], text, (size_t)length), length);
    hs__output_tail_read(&tail);
  }
  char *text = hs__output_tail_text(&tail);
  assert_non_null(text);
  assert_true(strlen(text) <= HS__OUTPUT_TAIL_SIZE);
  assert_string_equal(text + strlen(text) - 10, "line 4999?");
  free(text);
  hs__output_tail_clear(&tail);
  assert_null(hs__output_tail_text(&tail));
  close(pipes[1]);
  hs__output_tail_read(&tail);
  assert_int_equal(tail.descriptor, -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_frames_survive_splitting),  cmocka_unit_test(test_garbage_ends_the_conversation),
      cmocka_unit_test(test_truncated_setup),           cmocka_unit_test(test_queue_against_counter),
      cmocka_unit_test(test_output_tail_keeps_the_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
