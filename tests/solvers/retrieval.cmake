# The hfy memory, through the registry, under every BLAS core that a fleet may choose.
add_library(hs_test_retrieval STATIC retrieval.c ../bench/images.c)
target_compile_definitions(hs_test_retrieval PRIVATE HS_PLUGIN_FOLDER="${HS_PLUGIN_OUTPUT}"
  HS_TESTS_DATA="${CMAKE_SOURCE_DIR}/../shared/data")
target_include_directories(hs_test_retrieval PRIVATE ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(hs_test_retrieval PUBLIC hs_plugins PkgConfig::CMOCKA PkgConfig::ZLIB m)
foreach(test hfy hfy_oracle)
  hs_add_test(test_${test} SOURCES test_${test}.c LIBRARIES hs_test_retrieval)
  add_dependencies(test_${test} plugin_hfy plugin_softmax plugin_entmax plugin_sparsemax plugin_normmax plugin_ksubsets)
  foreach(core Prescott Haswell SkylakeX)
    add_test(NAME test_${test}_${core} COMMAND test_${test})
    set_tests_properties(test_${test}_${core} PROPERTIES LABELS unit TIMEOUT 120
      ENVIRONMENT "OPENBLAS_NUM_THREADS=1;OPENBLAS_CORETYPE=${core}")
  endforeach()
endforeach()
