/* version.c: `hopsweep version`. */
#include "version.h"

#include <base/cpu.h>
#include <base/status.h>
#include <hopsweep/plugin.h>

#include "command.h"
#include "output.h"

static int run_version(hs_call *call) {
  hs_buffer out = {0};
  hs_put_format(&out, "hopsweep %s (%s)\n", HS_VERSION, HS_GIT_REVISION);
  hs_put_format(&out, "plugin ABI %u.%u draft %u\n", HS_ABI_MAJOR, HS_ABI_MINOR, HS_ABI_DRAFT);
  hs_put_format(&out, "built with %s\n", HS_LIBRARIES);
  hs_put_format(&out, "kernels on this processor: %s\n", hs_cpu_level_name(hs_cpu_detect()));
  int status = hs_output_write(&out, call->message);
  hs_buffer_free(&out);
  return status < 0 ? status : HS_EXIT_OK;
}

const hs_command hs_command_version = {
    .name = "version",
    .arguments = "",
    .summary = "Says which hopsweep this is and what it was built with",
    .example = "  hopsweep version",
    .run = run_version,
};
