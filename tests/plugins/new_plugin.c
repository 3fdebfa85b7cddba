/* new_plugin.c: new_plugin FOLDER NAME: what `hopsweep plugins new` does, for the out-of-tree test. */
#include <base/status.h>
#include <plugins/new.h>
#include <stdio.h>

int main(int argc, char **argv) {
  char message[HS_MESSAGE_SIZE] = "";
  if (argc != 3) return 2;
  int status = hs_plugin_new(argv[1], argv[2], message);
  if (status < 0) fprintf(stderr, "%s\n", message);
  return status < 0;
}
