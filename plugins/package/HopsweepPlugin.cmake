# hopsweep_add_plugin(NAME SOURCE...): builds NAME.so, all symbols hidden but hs_plugin_v1. Contraction into fused
# multiply-adds is off, because it would make the bits of a result depend on compiler and processor.
function(hopsweep_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  set_target_properties(${name} PROPERTIES PREFIX "" C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden
    POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${name} PRIVATE -ffp-contract=off)
  target_link_libraries(${name} PRIVATE hopsweep::abi m)
endfunction()
