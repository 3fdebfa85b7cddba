#include "machine.h"

#include <base/cpu.h>
#include <base/file.h>
#include <base/memory.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "values.h"

void hs_doctor_say(hs_doctor *doctor, hs_finding finding, const char *format, ...) {
  static const char *const words[] = {"ok     ", "note   ", "PROBLEM"};
  printf("%s ", words[finding]);
  va_list arguments;
  va_start(arguments, format);
  vprintf(format, arguments);
  va_end(arguments);
  printf("\n");
  doctor->problems += finding == HS_FINDING_PROBLEM;
}

/* A number from the environment; 0 where it is missing. */
static int environment_number(const char *name) {
  const char *text = getenv(name);
  int64_t value = 0;
  return text && hs_parse_integer(text, &value) && value > 0 && value < 1 << 24 ? (int)value : 0;
}

/* ---- cores and launch ----------------------------------------------------------------------------------------- */

void hs_examine_cores(hs_doctor *doctor, const hs_settings *settings) {
  static const char *const ignored[] = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OPENBLAS_CORETYPE"};
  int cores = hs_cpu_cores(), ranks = environment_number("OMPI_COMM_WORLD_LOCAL_SIZE");
  if (ranks == 0) ranks = settings->processes > 0 ? settings->processes : 1;
  hs_doctor_say(doctor, HS_FINDING_OK, "processor: %d core%s for this process, kernels %s", cores,
                cores == 1 ? "" : "s", hs_cpu_level_name(hs_cpu_detect()));
  if (ranks * settings->threads > cores)
    hs_doctor_say(doctor, HS_FINDING_NOTE, "%d ranks with %d BLAS threads each want more than the %d cores here", ranks,
                  settings->threads, cores);
  for (size_t i = 0; i < HS_COUNT_OF(ignored); i++)
    if (getenv(ignored[i]))
      hs_doctor_say(doctor, HS_FINDING_NOTE,
                    "%s=%s is set; executors ignore it (--threads decides, and our own CPU test)", ignored[i],
                    getenv(ignored[i]));
}

void hs_examine_launch(hs_doctor *doctor) {
  int tasks = environment_number("SLURM_STEP_NUM_TASKS"), world = environment_number("OMPI_COMM_WORLD_SIZE");
  if (getenv("SLURM_JOB_ID")) hs_doctor_say(doctor, HS_FINDING_NOTE, "inside Slurm job %s", getenv("SLURM_JOB_ID"));
  if (world)
    hs_doctor_say(doctor, HS_FINDING_OK, "inside mpirun: rank %d of %d", environment_number("OMPI_COMM_WORLD_RANK"),
                  world);
  else if (tasks > 1 && !getenv("PMIX_RANK"))
    hs_doctor_say(doctor, HS_FINDING_PROBLEM,
                  "a Slurm step of %d tasks without PMIx: each task would run the whole sweep "
                  "→ srun --mpi=pmix, or mpirun inside sbatch",
                  tasks);
}

/* ---- memory --------------------------------------------------------------------------------------------------- */

/* The number after `label` in a file of the kernel, or -1. */
static double kernel_number(const char *path, const char *label) {
  char *text = NULL;
  double value = -1;
  if (hs_file_read(path, &text, NULL, NULL) < 0) return -1;
  const char *at = strstr(text, label);
  if (at) sscanf(at + strlen(label), "%lf", &value);
  hs_free(&text);
  return value;
}

static double cgroup_limit(void) {
  double limit = kernel_number("/sys/fs/cgroup/memory.max", "");
  if (limit < 0) limit = kernel_number("/sys/fs/cgroup/memory/memory.limit_in_bytes", "");
  return limit < 1e15 ? limit : -1; /* version 1 writes a huge number for "none" */
}

void hs_examine_memory(hs_doctor *doctor) {
  char text[32], limit_text[32];
  double available = 1024 * kernel_number("/proc/meminfo", "MemAvailable:"), limit = cgroup_limit();
  if (available < 0) return;
  hs_finding finding = available < 512.0 * 1024 * 1024 ? HS_FINDING_PROBLEM : HS_FINDING_OK;
  hs_doctor_say(doctor, finding, "memory: %s available%s%s%s", hs_size_text(available, text),
                limit > 0 ? ", this cgroup may use " : "", limit > 0 ? hs_size_text(limit, limit_text) : "",
                finding == HS_FINDING_PROBLEM ? " → end other programs or use a larger machine" : "");
}

/* ---- data ----------------------------------------------------------------------------------------------------- */

static bool has_data_set(const char *folder, const char *name) {
  static const char *const files[] = {"train-images-idx3-ubyte.gz", "train-images-idx3-ubyte"};
  bool found = false;
  char *path = hs_path_join(folder, name);
  for (size_t i = 0; path && i < HS_COUNT_OF(files) && !found; i++) {
    char *file = hs_path_join(path, files[i]);
    found = file && access(file, R_OK) == 0;
    hs_free(&file);
  }
  hs_free(&path);
  return found;
}

void hs_examine_data(hs_doctor *doctor, const hs_run_options *options) {
  static const char *const known[] = {"mnist", "fashion-mnist"};
  if (options->data_dir.count == 0)
    hs_doctor_say(doctor, HS_FINDING_NOTE,
                  "no data folder: sweeps on files need --data-dir, HOPSWEEP_DATA or data_dir in hopsweep.cfg");
  for (size_t i = 0; i < options->data_dir.count; i++) {
    const char *folder = options->data_dir.items[i];
    char found[128] = "";
    if (access(folder, R_OK | X_OK) != 0) {
      hs_doctor_say(doctor, HS_FINDING_PROBLEM, "data folder %s: %s → correct --data-dir, HOPSWEEP_DATA or data_dir",
                    folder, strerror(errno));
      continue;
    }
    for (size_t k = 0; k < HS_COUNT_OF(known); k++)
      if (has_data_set(folder, known[k])) snprintf(found + strlen(found), 64, " %s", known[k]);
    hs_doctor_say(doctor, HS_FINDING_OK, "data folder %s:%s", folder, *found ? found : " none of the known data sets");
  }
}

/* ---- other programs ------------------------------------------------------------------------------------------- */

/* The first line that a program prints, without its newline; false if it cannot be run. */
static bool first_line(const char *command, char *line, int size) {
  FILE *pipe = popen(command, "r");
  bool found = pipe && fgets(line, size, pipe);
  if (pipe && pclose(pipe) != 0) found = false;
  if (found) line[strcspn(line, "\n")] = 0;
  return found;
}

void hs_examine_programs(hs_doctor *doctor) {
  char line[160];
  fflush(stdout);
  if (first_line("mpirun --version 2>/dev/null", line, sizeof line))
    hs_doctor_say(doctor, HS_FINDING_OK, "mpirun: %s", line);
  else
    hs_doctor_say(doctor, HS_FINDING_PROBLEM, "mpirun is missing, so only one process can work → install openmpi-bin");
  fflush(stdout);
  if (first_line("gnuplot --version 2>/dev/null", line, sizeof line))
    hs_doctor_say(doctor, HS_FINDING_OK, "gnuplot: %s", line);
  else
    hs_doctor_say(doctor, HS_FINDING_PROBLEM, "gnuplot is missing, so `plot` cannot draw → install gnuplot-nox");
}

/* ---- the store's place ---------------------------------------------------------------------------------------- */

typedef struct network_file_system {
  unsigned long magic;
  const char *name;
} network_file_system;

static const network_file_system NETWORKS[] = {
    {0x6969, "NFS"},        {0x0BD00BD0, "Lustre"}, {0x47504653, "GPFS"},  {0xFF534D42, "CIFS"},
    {0xFE534D42, "SMB"},    {0x19830326, "BeeGFS"}, {0x00C36400, "Ceph"},  {0x5346414F, "AFS"},
    {0x65735546, "a FUSE"}, {0x01021997, "9P"},     {0xAAD7AAEA, "PanFS"},
};

static void say_file_system(hs_doctor *doctor, const char *folder, const struct statfs *where) {
  char text[32];
  double left = (double)where->f_bavail * (double)where->f_bsize;
  for (size_t i = 0; i < HS_COUNT_OF(NETWORKS); i++)
    if (((unsigned long)where->f_type & 0xFFFFFFFFul) == NETWORKS[i].magic)
      hs_doctor_say(doctor, HS_FINDING_NOTE,
                    "%s lies on %s file system: the store uses a rollback journal there, which is slower; a local disk "
                    "is safer",
                    folder, NETWORKS[i].name);
  if (left < 64.0 * 1024 * 1024)
    hs_doctor_say(doctor, HS_FINDING_PROBLEM, "only %s left in %s → make room or choose another --store",
                  hs_size_text(left, text), folder);
  else
    hs_doctor_say(doctor, HS_FINDING_OK, "store: %s left in %s", hs_size_text(left, text), folder);
}

void hs_examine_store(hs_doctor *doctor, const char *path) {
  struct statfs where;
  char *folder = hs_path_folder(path);
  if (!folder) return;
  if (statfs(folder, &where) != 0)
    hs_doctor_say(doctor, HS_FINDING_PROBLEM, "%s: %s → choose another --store", folder, strerror(errno));
  else if (access(folder, W_OK) != 0)
    hs_doctor_say(doctor, HS_FINDING_PROBLEM, "%s cannot be written: %s → choose another --store", folder,
                  strerror(errno));
  else
    say_file_system(doctor, folder, &where);
  hs_free(&folder);
}
