/* images.h: patterns for tests and benchmarks: MNIST images read straight through zlib, or a stand-in. Shares no code
 * with the loaders under test. */
#ifndef HS_TESTS_BENCH_IMAGES_H
#define HS_TESTS_BENCH_IMAGES_H

#include <stdbool.h>
#include <stdint.h>

/* Fills images (count x 784) with the first images of an IDX file in `folder`/mnist (train or t10k), pixels scaled to
 * [-1, 1]. False if the file is not there or too short. */
bool images_read(const char *folder, const char *name, int64_t count, float *images);
/* Where data lie: $HOPSWEEP_DATA, else the folder ../shared/data beside the sources. */
const char *images_folder(void);
/* Clustered stand-ins of the same size: one of 200 random smooth shapes plus noise, clipped to [-1, 1]. */
void images_pretend(uint64_t seed, int64_t count, float *images);

enum { IMAGE_SIZE = 784 };

#endif
