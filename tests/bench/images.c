#include "images.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/random.h"

const char *images_folder(void) {
  const char *folder = getenv("HOPSWEEP_DATA");
  return folder && *folder ? folder : HS_TESTS_DATA;
}

static bool read_bytes(gzFile file, int64_t count, unsigned char *bytes) {
  unsigned char head[16];
  return gzread(file, head, sizeof head) == (int)sizeof head && memcmp(head, "\0\0\10\3", 4) == 0 &&
         gzread(file, bytes, (unsigned)(count * IMAGE_SIZE)) == (int)(count * IMAGE_SIZE);
}

bool images_read(const char *folder, const char *name, int64_t count, float *images) {
  char path[4096];
  snprintf(path, sizeof path, "%s/mnist/%s-images-idx3-ubyte.gz", folder, name);
  gzFile file = gzopen(path, "rb");
  if (!file) return false;
  unsigned char *bytes = malloc((size_t)(count * IMAGE_SIZE));
  bool whole = bytes && read_bytes(file, count, bytes);
  for (int64_t i = 0; whole && i < count * IMAGE_SIZE; i++) images[i] = (float)(bytes[i] / 127.5 - 1);
  free(bytes);
  gzclose(file);
  return whole;
}

static double uniform(uint64_t *state) { return (double)(random_bits(state) >> 11) * 0x1p-53; }

void images_pretend(uint64_t seed, int64_t count, float *images) {
  enum { SHAPES = 200, SIDE = 28 };
  for (int64_t n = 0; n < count; n++) {
    uint64_t image = seed + (uint64_t)n * 7919, shape = random_bits(&image) % SHAPES;
    double fx = 0.2 + 0.5 * uniform(&shape), fy = 0.2 + 0.5 * uniform(&shape), phase = 6 * uniform(&shape);
    double turn = phase + 0.6 * uniform(&image);
    for (int i = 0; i < IMAGE_SIZE; i++) {
      int x = i % SIDE, y = i / SIDE;
      double value = 1.6 * sin(fx * x + turn) * sin(fy * y + phase) - 0.7 + 0.3 * (uniform(&image) - 0.5);
      images[n * IMAGE_SIZE + i] = (float)fmax(-1, fmin(1, value));
    }
  }
}
