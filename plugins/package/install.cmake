# What somebody needs to build a plugin out of tree: headers, a CMake package and a pkg-config file.
# cmake --install BUILD --component development --prefix PREFIX
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_DATADIR}/cmake/hopsweep)
set(HOPSWEEP_PLUGIN_FOLDER ${CMAKE_INSTALL_LIBDIR}/hopsweep/plugins)

configure_package_config_file(package/hopsweepConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/hopsweepConfig.cmake
  INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/hopsweepConfigVersion.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
configure_file(package/hopsweep.pc.in ${CMAKE_CURRENT_BINARY_DIR}/hopsweep.pc @ONLY)

install(TARGETS hs_abi EXPORT hopsweep COMPONENT development)
install(EXPORT hopsweep NAMESPACE hopsweep:: FILE hopsweepTargets.cmake DESTINATION ${package_folder}
  COMPONENT development)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/hopsweepConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/hopsweepConfigVersion.cmake package/HopsweepPlugin.cmake
  DESTINATION ${package_folder} COMPONENT development)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/hopsweep.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig
  COMPONENT development)
install(DIRECTORY include/hopsweep DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
  FILES_MATCHING PATTERN "*.h")
