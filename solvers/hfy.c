/* hfy.c: the Hopfield-Fenchel-Young memory (Santos, Niculae, McNamee & Martins, arXiv 2411.08590).
 *
 *     q <- grad Psi*( V' p(beta X q) ),        E(q) = -Omega*(beta X q) / beta + Psi(q),
 *
 * with p the map of any solver plugin, Omega its regulariser, X the keys (N x D) and V the values (X itself where none
 * were stored). Scores come from one product per tile of queries in float32; the host prunes them; what is left is
 * scored again in double. So with a sparse map the states do not depend on the BLAS, nor on how queries are batched. */
#include "hfy.h"

#include <base/memory.h>
#include <base/status.h>
#include <math.h>

/* The order of `values` in create(). */
enum { SOLVER, BETA, POST, RADIUS, SUPPORT_THRESHOLD, TILE, PARAMETER_COUNT };

static const hs_parameter PARAMETERS[PARAMETER_COUNT] = {
    [SOLVER] = {.size = sizeof(hs_parameter),
                .name = "solver",
                .doc = "the map from scores to probabilities",
                .unit = "",
                .default_text = "softmax",
                .type = HS_TYPE_SOLVER,
                .phase = HS_PHASE_RETRIEVE},
    [BETA] = {.size = sizeof(hs_parameter),
              .name = "beta",
              .doc = "inverse temperature: the solver sees beta times the inner products",
              .unit = "",
              .type = HS_TYPE_REAL,
              .phase = HS_PHASE_RETRIEVE,
              .flags = HS_PARAMETER_OPEN_MINIMUM | HS_PARAMETER_OPEN_MAXIMUM,
              .default_number = 1,
              .minimum = 0,
              .maximum = INFINITY},
    [POST] = {.size = sizeof(hs_parameter),
              .name = "post",
              .doc = "what the update does to the average that p gives: the gradient of Psi*",
              .unit = "",
              .choices = HS__POST_CHOICES,
              .default_text = "identity",
              .type = HS_TYPE_CHOICE,
              .phase = HS_PHASE_RETRIEVE},
    [RADIUS] = {.size = sizeof(hs_parameter),
                .name = "radius",
                .doc = "norm of the states, for post = l2",
                .unit = "",
                .type = HS_TYPE_REAL,
                .phase = HS_PHASE_RETRIEVE,
                .flags = HS_PARAMETER_OPEN_MINIMUM | HS_PARAMETER_OPEN_MAXIMUM,
                .default_number = 1,
                .minimum = 0,
                .maximum = INFINITY},
    [SUPPORT_THRESHOLD] = {.size = sizeof(hs_parameter),
                           .name = "support_threshold",
                           .doc = "entries of p above this count as support in the reports",
                           .unit = "probability",
                           .type = HS_TYPE_REAL,
                           .phase = HS_PHASE_RETRIEVE,
                           .default_number = 0,
                           .minimum = 0,
                           .maximum = 1},
    /* 256: OpenBLAS packs X anew for every product, which costs 10-40 % below that and little above, while the scores
     * of a tile take 4 * tile * N bytes. */
    [TILE] = {.size = sizeof(hs_parameter),
              .name = "tile",
              .doc = "queries that share one product; affects speed, memory and, for dense maps, the last bits",
              .unit = "queries",
              .type = HS_TYPE_INTEGER,
              .phase = HS_PHASE_RETRIEVE,
              .default_number = 256,
              .minimum = 1,
              .maximum = 65536},
};

int64_t hs__hfy_rescore_limit(int64_t patterns) { return 64 + patterns / 64; }
int64_t hs__hfy_sparse_limit(int64_t patterns) { return 64 + patterns / 16; }

static void destroy(void *instance) {
  hs__hfy *memory = instance;
  if (memory->solver) memory->host->solver_close(&memory->solver);
  hs_free(&memory->copies[0]);
  hs_free(&memory->copies[1]);
  hs_free(&memory);
}

static int32_t create(const hs_host *host, const hs_parameter_value *values, const hs_parameter_value *solver_values,
                      int64_t solver_value_count, void **instance, char *message) {
  hs__hfy *memory = hs_allocate(1, sizeof *memory);
  if (!memory) return hs_fail(message, HS_ERROR_MEMORY, "no memory for an instance of hfy");
  memory->host = host;
  memory->products = hs_products_of(hs_cpu_detect());
  memory->beta = values[BETA].number;
  memory->post = hs__post_of(values[POST].text);
  memory->radius = values[RADIUS].number;
  memory->support_threshold = values[SUPPORT_THRESHOLD].number;
  memory->tile_rows = (int64_t)values[TILE].number;
  memory->keys.rows = -1;
  int status = host->solver_open(host->context, values[SOLVER].text, solver_values, solver_value_count, &memory->solver,
                                 message);
  if (status < 0) {
    memory->solver = NULL;
    destroy(memory);
    return status;
  }
  *instance = memory;
  return HS_OK;
}

/* ---- storing ------------------------------------------------------------------------------------------------ */

static int refuse_matrix(const hs_matrix *matrix, const char *what, char *message) {
  if (matrix->rows < 1 || matrix->columns < 1 || matrix->stride < matrix->columns)
    return hs_fail(message, HS_ERROR_SHAPE, "hfy cannot store %lld x %lld %s (stride %lld)", (long long)matrix->rows,
                   (long long)matrix->columns, what, (long long)matrix->stride);
  if (matrix->rows > INT32_MAX || matrix->columns > INT32_MAX)
    return hs_fail(message, HS_ERROR_SHAPE, "hfy stores at most 2^31 - 1 %s of as many components", what);
  if (matrix->dtype != HS_FLOAT32 && matrix->dtype != HS_FLOAT64)
    return hs_fail(message, HS_ERROR_SHAPE, "hfy stores %s of float32 or float64 only", what);
  return HS_OK;
}

/* A float32 view of the matrix: itself, or a copy that *copy owns. */
static int view_single(const hs_matrix *matrix, float **copy, hs_matrix *view, char *message) {
  *view = *matrix;
  if (matrix->dtype == HS_FLOAT32) return HS_OK;
  *copy = hs_allocate_aligned((size_t)matrix->rows * (size_t)matrix->columns, sizeof **copy);
  if (!*copy) return hs_fail(message, HS_ERROR_MEMORY, "no memory for float32 copies of the stored patterns");
  for (int64_t row = 0; row < matrix->rows; row++) {
    const double *from = (const double *)matrix->data + row * matrix->stride;
    for (int64_t i = 0; i < matrix->columns; i++) (*copy)[row * matrix->columns + i] = (float)from[i];
  }
  view->data = *copy;
  view->stride = matrix->columns;
  view->dtype = HS_FLOAT32;
  return HS_OK;
}

/* Sets *largest to the largest norm of a row; refuses a row that is not finite. */
static int largest_norm(const hs__hfy *memory, const hs_matrix *view, const char *what, double *largest,
                        char *message) {
  double squares = 0;
  for (int64_t row = 0; row < view->rows; row++) {
    const float *values = (const float *)view->data + row * view->stride;
    double here = memory->products->dot(values, values, view->columns);
    if (!(here < INFINITY))
      return hs_fail(message, HS_ERROR_ARGUMENT, "row %lld of the %s holds NaN or an infinity", (long long)row, what);
    squares = here > squares ? here : squares;
  }
  *largest = sqrt(squares);
  return HS_OK;
}

static int take(hs__hfy *memory, const hs_matrix *matrix, const char *what, float **copy, hs_matrix *view, double *norm,
                char *message) {
  HS_TRY(refuse_matrix(matrix, what, message));
  HS_TRY(view_single(matrix, copy, view, message));
  return largest_norm(memory, view, what, norm, message);
}

static int32_t store(void *instance, const hs_matrix *keys, const hs_matrix *values, char *message) {
  hs__hfy *memory = instance;
  double norm_of_values;
  memory->keys.rows = -1; /* nothing is stored until all is known to be sound */
  hs_free(&memory->copies[0]);
  hs_free(&memory->copies[1]);
  memory->query_capacity = 0;
  if (values && values->rows != keys->rows)
    return hs_fail(message, HS_ERROR_SHAPE, "%lld keys cannot have %lld values", (long long)keys->rows,
                   (long long)values->rows);
  hs_matrix key_view, value_view;
  HS_TRY(take(memory, keys, "patterns", &memory->copies[0], &key_view, &memory->largest_norm, message));
  value_view = key_view;
  if (values) HS_TRY(take(memory, values, "values", &memory->copies[1], &value_view, &norm_of_values, message));
  memory->has_values = values != NULL;
  memory->values = value_view;
  memory->keys = key_view;
  return HS_OK;
}

static int32_t prepare(void *instance, const hs_memory_bounds *bounds, size_t *workspace_size, char *message) {
  hs__hfy *memory = instance;
  if (memory->keys.rows < 1) return hs_fail(message, HS_ERROR_ARGUMENT, "hfy: prepare before store");
  if (bounds->queries < 0) return hs_fail(message, HS_ERROR_ARGUMENT, "hfy: fewer than 0 queries");
  char reason[HS_MESSAGE_SIZE] = "";
  int status = memory->host->solver_prepare(memory->solver, 1, memory->keys.rows, reason);
  if (status < 0)
    return hs_fail(message, status, "%s (hfy with %lld stored pattern%s)", reason, (long long)memory->keys.rows,
                   memory->keys.rows == 1 ? "" : "s");
  memory->query_capacity = bounds->queries;
  *workspace_size = hs__hfy_workspace_size(memory, bounds->queries);
  return HS_OK;
}

static const hs_memory HFY = {
    .size = sizeof(hs_memory),
    .id = "hfy",
    .version = "1.0",
    .doc = "Hopfield-Fenchel-Young memory: retrieval through any solver, with a post-transformation",
    .reference = "Santos, Niculae, McNamee & Martins (2025), JMLR 26, arXiv 2411.08590",
    .numerics = 1,
    .flags = HS_MEMORY_USES_SOLVER,
    .parameters = PARAMETERS,
    .parameter_count = PARAMETER_COUNT,
    .create = create,
    .destroy = destroy,
    .store = store,
    .prepare = prepare,
    .retrieve = hs__hfy_retrieve,
    .energy = hs__hfy_energy,
};

static const hs_memory *const MEMORIES[] = {&HFY};

HS_PLUGIN_EXPORT const hs_plugin hs_plugin_v1 = {
    HS_PLUGIN_HEADER, .name = "hfy",        .author = "the hopsweep authors",
    .licence = "MIT", .memories = MEMORIES, .memory_count = 1};
