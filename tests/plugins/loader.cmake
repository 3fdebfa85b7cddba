# Loader, registry, conformance suite, template: test plugins first, then tests.
set(misbehaving_folder ${CMAKE_BINARY_DIR}/tests/plugins_misbehaving) # the integration tests use it too
foreach(fault segfault prepare abort exit loop nan overrun unconverged shifted rounding)
  hs_add_plugin(test-${fault} SOURCES misbehaving/${fault}.c misbehaving/sparsemax.c LIBRARIES m
    DESTINATION ${misbehaving_folder})
  list(APPEND test_plugins plugin_test-${fault})
endforeach()

# Built from the tree as it is; out of tree it is built by plugins_out_of_tree.
hs_add_plugin(template SOURCES ${CMAKE_SOURCE_DIR}/plugins/template/template.c LIBRARIES m
  DESTINATION ${CMAKE_BINARY_DIR}/tests/plugins_good)

set(bad_folder ${CMAKE_BINARY_DIR}/tests/plugins_bad)
function(hs_add_bad_plugin name)
  hs_add_plugin(bad-${name} SOURCES bad/bad.c DESTINATION ${bad_folder})
  target_compile_definitions(plugin_bad-${name} PRIVATE ${ARGN})
endfunction()
hs_add_bad_plugin(magic BAD_MAGIC=0x12345678u)
hs_add_bad_plugin(major BAD_MAJOR=99)
hs_add_bad_plugin(draft BAD_DRAFT=99)
hs_add_bad_plugin(build BAD_BUILD=0)
hs_add_bad_plugin(truncated BAD_SIZE=40)
hs_add_bad_plugin(symbol BAD_NO_SYMBOL)
hs_add_bad_plugin(id "BAD_ID=\"Not an id\"")
hs_add_bad_plugin(default BAD_DEFAULT=0.385)
hs_add_bad_plugin(type BAD_TYPE=77)
hs_add_bad_plugin(twice "BAD_SECOND=\"alpha\"")
hs_add_bad_plugin(reserved "BAD_SECOND=\"solver\"")
hs_add_bad_plugin(function "BAD_SOLVER_SIZE=offsetof(hs_solver,omega)")
hs_add_plugin(bad-undefined SOURCES bad/undefined.c DESTINATION ${bad_folder})
# Not bad at all: an older descriptor without the fields at the end, and a newer one with more.
hs_add_bad_plugin(older "BAD_SIZE=offsetof(hs_plugin,memories)" "BAD_ID=\"older\"")
hs_add_bad_plugin(newer "BAD_SIZE=(sizeof(hs_plugin)+(size_t)64)" "BAD_ID=\"newer\"")
set(bad_plugins magic major draft build truncated symbol id default type twice reserved function undefined older newer)
list(TRANSFORM bad_plugins PREPEND plugin_bad-)

add_executable(check_file check_file.c)
add_executable(new_plugin new_plugin.c)
foreach(program check_file new_plugin)
  set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${program} PRIVATE hs_plugins)
endforeach()

hs_add_test(test_loader SOURCES test_loader.c LIBRARIES hs_plugins ENVIRONMENT "HS_BAD_PLUGINS=${bad_folder}")
add_dependencies(test_loader ${bad_plugins})
hs_add_test(test_registry SOURCES test_registry.c LIBRARIES hs_plugins
  ENVIRONMENT "HS_TEST_PLUGINS=${CMAKE_BINARY_DIR}/tests/plugins_registry")
hs_add_plugin(catalogue SOURCES catalogue.c misbehaving/sparsemax.c LIBRARIES m
  DESTINATION ${CMAKE_BINARY_DIR}/tests/plugins_registry)
add_dependencies(test_registry plugin_catalogue)
hs_add_test(test_check SOURCES test_check.c LIBRARIES hs_plugins ENVIRONMENT
  "HS_MISBEHAVING=${misbehaving_folder};HS_GOOD=${CMAKE_BINARY_DIR}/tests/plugins_good;HS_TEST_PLUGINS=${CMAKE_BINARY_DIR}/tests/plugins_registry")
add_dependencies(test_check ${test_plugins} plugin_template plugin_catalogue)
hs_add_test(test_new_plugin SOURCES test_new_plugin.c LIBRARIES hs_plugins)

# check_file and new_plugin are part of the default build.
add_test(NAME plugins_out_of_tree COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/out_of_tree.sh ${CMAKE_BINARY_DIR})
set_tests_properties(plugins_out_of_tree PROPERTIES LABELS integration TIMEOUT 300)
