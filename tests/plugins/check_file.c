/* check_file.c: check_file PLUGIN.so [FOLDER...]: prints the conformance report; exit code 0 if nothing failed, 1 if
 * something did, 2 if the file cannot be loaded. */
#include <base/buffer.h>
#include <base/status.h>
#include <plugins/check.h>
#include <stdio.h>

int main(int argc, char **argv) {
  char message[HS_MESSAGE_SIZE] = "";
  hs_buffer report = {0};
  if (argc < 2) return 2;
  int failed = hs_check_plugin(argv[1], (const char *const *)argv + 2, (size_t)argc - 2, &report, message);
  fputs(hs_buffer_text(&report), stdout);
  hs_buffer_free(&report);
  if (failed < 0) fprintf(stderr, "%s\n", message);
  return failed < 0 ? 2 : failed > 0;
}
