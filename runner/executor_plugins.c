/* executor_plugins.c: `hopsweep plugins ...`, on this side of exec, where plugins may be loaded.
 *
 * The words come from commands/plugins.c, checked there, in fixed places: ACTION FORMAT SUBJECT FOLDER..., where
 * SUBJECT is an id, a file, a name or "", and FORMAT is "text" or "json". */
#include <base/buffer.h>
#include <base/log.h>
#include <base/status.h>
#include <math.h>
#include <plugins/new.h>
#include <stdio.h>
#include <string.h>

#include "executor_plugins.h"
#include "executor_services.h"
#include "run.h"

static int fail(int status, const char *message) {
  hs_log_error("%s", message[0] ? message : hs_status_text(status));
  return hs_exit_of(status);
}

/* ---- list ----------------------------------------------------------------------------------------------------- */

/* What solvers and memories have in common. */
typedef struct described_plugin {
  const char *kind, *version, *doc, *reference;
  uint32_t numerics;
  const hs_parameter *parameters;
  int64_t parameter_count;
  const char *prunes; /* "yes", "no"; NULL for a memory */
} described_plugin;

static described_plugin describe(const hs_registered *plugin) {
  const hs_solver *s = plugin->solver;
  const hs_memory *m = plugin->memory;
  if (s)
    return (described_plugin){"solver",
                              s->version,
                              s->doc,
                              s->reference,
                              s->numerics,
                              s->parameters,
                              s->parameter_count,
                              s->prune ? "yes" : "no"};
  return (described_plugin){"memory",      m->version,         m->doc, m->reference, m->numerics,
                            m->parameters, m->parameter_count, NULL};
}

static void put_list_text(const hs_registry *registry, hs_buffer *out) {
  hs_put_format(out, "%-7s %-14s %-8s %8s  %s\n", "kind", "id", "version", "numerics", "what it is");
  for (size_t i = 0; i < hs_registry_count(registry); i++) {
    const hs_registered *plugin = hs_registry_at(registry, i);
    described_plugin about = describe(plugin);
    hs_put_format(out, "%-7s %-14s %-8s %8u  %s\n", about.kind, plugin->id, about.version, about.numerics, about.doc);
  }
}

static void put_json_field(hs_buffer *out, const char *name, const char *text) {
  hs_put_format(out, "\"%s\": ", name);
  hs_put_json_text(out, text ? text : "");
}

static void put_head_json(const hs_registered *plugin, hs_buffer *out) {
  described_plugin about = describe(plugin);
  hs_put_bytes(out, "{", 1);
  put_json_field(out, "kind", about.kind);
  hs_put_bytes(out, ", ", 2);
  put_json_field(out, "id", plugin->id);
  hs_put_bytes(out, ", ", 2);
  put_json_field(out, "version", about.version);
  hs_put_format(out, ", \"numerics\": %u, ", about.numerics);
  put_json_field(out, "doc", about.doc);
  hs_put_bytes(out, ", ", 2);
  put_json_field(out, "reference", about.reference);
  hs_put_bytes(out, ", ", 2);
  put_json_field(out, "file", plugin->file);
}

static void put_list_json(const hs_registry *registry, hs_buffer *out) {
  hs_put_bytes(out, "[", 1);
  for (size_t i = 0; i < hs_registry_count(registry); i++) {
    hs_put_bytes(out, i ? ",\n " : "", i ? 3 : 0);
    put_head_json(hs_registry_at(registry, i), out);
    hs_put_bytes(out, "}", 1);
  }
  hs_put_bytes(out, "]\n", 2);
}

/* ---- show ----------------------------------------------------------------------------------------------------- */

static const char *type_name(int32_t type) {
  static const char *const names[] = {[HS_TYPE_REAL] = "real",
                                      [HS_TYPE_INTEGER] = "integer",
                                      [HS_TYPE_CHOICE] = "choice",
                                      [HS_TYPE_FLAG] = "flag",
                                      [HS_TYPE_SOLVER] = "solver"};
  return type >= HS_TYPE_REAL && type <= HS_TYPE_SOLVER ? names[type] : "unknown";
}

static bool is_number(const hs_parameter *parameter) {
  return parameter->type == HS_TYPE_REAL || parameter->type == HS_TYPE_INTEGER;
}

/* "[1, 64]", "(1, inf)", "identity|l2", "": what a parameter may be. */
static void put_range(const hs_parameter *parameter, hs_buffer *out) {
  char low[HS_NUMBER_TEXT_SIZE], high[HS_NUMBER_TEXT_SIZE];
  if (parameter->choices) hs_put_format(out, "%s", parameter->choices);
  if (!is_number(parameter)) return;
  bool open_low = (parameter->flags & HS_PARAMETER_OPEN_MINIMUM) || parameter->minimum == -HUGE_VAL;
  bool open_high = (parameter->flags & HS_PARAMETER_OPEN_MAXIMUM) || parameter->maximum == HUGE_VAL;
  hs_put_format(out, "%c%s, %s%c", open_low ? '(' : '[', hs_number_text(parameter->minimum, low),
                hs_number_text(parameter->maximum, high), open_high ? ')' : ']');
}

static void put_default(const hs_parameter *parameter, hs_buffer *out) {
  char number[HS_NUMBER_TEXT_SIZE];
  if (parameter->flags & HS_PARAMETER_REQUIRED) return;
  if (parameter->default_text)
    hs_put_format(out, "%s", parameter->default_text);
  else if (parameter->type == HS_TYPE_FLAG)
    hs_put_format(out, "%s", parameter->default_number != 0 ? "true" : "false");
  else
    hs_put_format(out, "%s", hs_number_text(parameter->default_number, number));
}

static void put_parameter_text(const hs_parameter *parameter, hs_buffer *out) {
  hs_put_format(out, "  %-18s %s", parameter->name, type_name(parameter->type));
  if (is_number(parameter) || parameter->choices) hs_put_bytes(out, " ", 1);
  put_range(parameter, out);
  if (parameter->unit && *parameter->unit) hs_put_format(out, " %s", parameter->unit);
  hs_put_format(out, parameter->flags & HS_PARAMETER_REQUIRED ? ", required" : ", default ");
  put_default(parameter, out);
  hs_put_format(out, "\n  %-18s %s\n", "", parameter->doc ? parameter->doc : "");
}

static void put_show_text(const hs_registered *plugin, hs_buffer *out) {
  described_plugin about = describe(plugin);
  hs_put_format(out, "%s %s, version %s, numerics revision %u\n%s\n", about.kind, plugin->id, about.version,
                about.numerics, about.doc);
  hs_put_format(out, "reference:  %s\n", about.reference ? about.reference : "");
  if (about.prunes) hs_put_format(out, "prune rule: %s\n", about.prunes);
  hs_put_format(out, "file:       %s\nparameters:%s\n", plugin->file, about.parameter_count ? "" : " none");
  for (int64_t i = 0; i < about.parameter_count; i++) put_parameter_text(&about.parameters[i], out);
}

static void put_parameter_json(const hs_parameter *parameter, hs_buffer *out) {
  hs_buffer text = {0};
  hs_put_bytes(out, "{", 1);
  put_json_field(out, "name", parameter->name);
  hs_put_format(out, ", \"type\": \"%s\", \"required\": %s, ", type_name(parameter->type),
                parameter->flags & HS_PARAMETER_REQUIRED ? "true" : "false");
  put_default(parameter, &text);
  put_json_field(out, "default", hs_buffer_text(&text));
  hs_buffer_clear(&text);
  put_range(parameter, &text);
  hs_put_bytes(out, ", ", 2);
  put_json_field(out, "range", hs_buffer_text(&text));
  hs_put_bytes(out, ", ", 2);
  put_json_field(out, "unit", parameter->unit);
  hs_put_bytes(out, ", ", 2);
  put_json_field(out, "doc", parameter->doc);
  hs_put_bytes(out, "}", 1);
  hs_buffer_free(&text);
}

static void put_show_json(const hs_registered *plugin, hs_buffer *out) {
  described_plugin about = describe(plugin);
  put_head_json(plugin, out);
  if (about.prunes) hs_put_format(out, ", \"prune_rule\": %s", strcmp(about.prunes, "yes") == 0 ? "true" : "false");
  hs_put_format(out, ", \"parameters\": [");
  for (int64_t i = 0; i < about.parameter_count; i++) {
    if (i) hs_put_format(out, ",\n   ");
    put_parameter_json(&about.parameters[i], out);
  }
  hs_put_format(out, "]}\n");
}

static int show(const hs_registry *registry, const char *id, bool json, hs_buffer *out, char *message) {
  size_t found = 0;
  for (size_t i = 0; i < hs_registry_count(registry); i++) {
    const hs_registered *plugin = hs_registry_at(registry, i);
    if (strcmp(plugin->id, id) != 0) continue;
    if (json)
      put_show_json(plugin, out);
    else
      put_show_text(plugin, out);
    found++;
  }
  if (found) return HS_OK;
  hs_buffer known = {0};
  for (size_t i = 0; i < hs_registry_count(registry); i++)
    hs_put_format(&known, " %s", hs_registry_at(registry, i)->id);
  int status = hs_fail(message, HS_ERROR_NOT_FOUND, "no plugin is called \"%s\"; known:%s", id, hs_buffer_text(&known));
  hs_buffer_free(&known);
  return status;
}

/* ---- doctor --------------------------------------------------------------------------------------------------- */

static int diagnose(const hs_registry *registry, hs_buffer *out) {
  size_t faults = hs_registry_fault_count(registry), solvers = 0, all = hs_registry_count(registry);
  for (size_t i = 0; i < all; i++) solvers += hs_registry_at(registry, i)->kind == HS_KIND_SOLVER;
  if (solvers && solvers < all)
    hs_put_format(out, "ok      plugins: solvers %zu, memories %zu\n", solvers, all - solvers);
  else
    hs_put_format(out,
                  "PROBLEM plugins: solvers %zu, memories %zu → build them, or name their folder with --plugin-path\n",
                  solvers, all - solvers);
  for (size_t i = 0; i < faults; i++)
    hs_put_format(out, "PROBLEM plugin %s → rebuild it or take it out of the folder\n", hs_registry_fault(registry, i));
  return faults || !solvers ? HS_EXIT_CONFIG : HS_EXIT_OK;
}

/* ---- dispatch ------------------------------------------------------------------------------------------------- */

typedef struct plugins_request {
  const char *action, *subject;
  bool json;
  const char *const *folders;
  size_t folder_count;
} plugins_request;

int hs__executor_print(hs_buffer *out) {
  bool bad = out->failed || (out->size && fwrite(out->data, 1, out->size, stdout) != out->size) || fflush(stdout) != 0;
  hs_buffer_free(out);
  if (bad) hs_log_error("standard output: cannot be written");
  return bad ? HS_EXIT_CONFIG : HS_EXIT_OK;
}

static void warn_of_faults(const hs_registry *registry) {
  for (size_t i = 0; i < hs_registry_fault_count(registry); i++)
    hs_log_warning("plugin passed over: %s", hs_registry_fault(registry, i));
}

static int with_registry(const plugins_request *request) {
  char message[HS_MESSAGE_SIZE] = "";
  hs_registry *registry = NULL;
  hs_buffer out = {0};
  int status = hs_registry_open(request->folders, request->folder_count, &registry, message), code = HS_EXIT_OK;
  if (status < 0) return fail(status, message);
  bool doctor = strcmp(request->action, "doctor") == 0;
  if (!doctor) warn_of_faults(registry);
  if (doctor)
    code = diagnose(registry, &out);
  else if (strcmp(request->action, "show") == 0)
    status = show(registry, request->subject, request->json, &out, message);
  else if (request->json)
    put_list_json(registry, &out);
  else
    put_list_text(registry, &out);
  hs_registry_free(&registry);
  int printed = hs__executor_print(&out);
  if (status < 0) return fail(status, message);
  return code ? code : printed;
}

static int make_new(const char *name) {
  char message[HS_MESSAGE_SIZE] = "";
  if (hs_plugin_new(name, name, message) < 0) {
    hs_log_error("%s", message);
    return HS_EXIT_CONFIG;
  }
  printf("%s/ holds a complete plugin. Build it as %s/README.md says, then:\n  hopsweep plugins check %s/build/%s.so\n",
         name, name, name, name);
  return fflush(stdout) == 0 ? HS_EXIT_OK : HS_EXIT_CONFIG;
}

int hs__executor_plugins(int argc, char **argv) {
  if (argc >= 1 && strcmp(argv[0], "blas") == 0) return hs__executor_blas();
  if (argc < 4) return fail(HS_ERROR_USAGE, "plugins ACTION FORMAT SUBJECT FOLDER...: a word is missing");
  plugins_request request = {.action = argv[1],
                             .json = strcmp(argv[2], "json") == 0,
                             .subject = argv[3],
                             .folders = (const char *const *)argv + 4,
                             .folder_count = (size_t)argc - 4};
  if (strcmp(request.action, "new") == 0) return make_new(request.subject);
  if (strcmp(request.action, "check") == 0)
    return hs__executor_check(request.subject, request.folders, request.folder_count);
  return with_registry(&request);
}
