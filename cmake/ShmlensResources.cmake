# What Windows shows of the program and how it treats it: version, UTF-8 as its code page, paths longer than 260.
enable_language(RC)

function(shmlens_resources target)
  set(manifest ${CMAKE_CURRENT_SOURCE_DIR}/cmake/shmlens.manifest)
  string(REPLACE "." "," SHMLENS_VERSION_COMMAS ${PROJECT_VERSION})
  configure_file(${CMAKE_CURRENT_SOURCE_DIR}/cmake/shmlens.rc.in ${CMAKE_CURRENT_BINARY_DIR}/shmlens.rc @ONLY)
  target_sources(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/shmlens.rc)
  set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/shmlens.rc PROPERTIES OBJECT_DEPENDS ${manifest})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/cmake)
endfunction()
