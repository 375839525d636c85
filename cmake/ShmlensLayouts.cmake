# The shipped layouts. The program looks for them where they are installed, seen from its own folder, and in `layouts`
# beside it: so it finds them in the build tree, and on Windows in the folder that somebody unpacked.

install(DIRECTORY ${CMAKE_SOURCE_DIR}/layouts DESTINATION ${CMAKE_INSTALL_DATADIR}/shmlens FILES_MATCHING PATTERN *.layout)
if(WIN32)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/layouts DESTINATION ${CMAKE_INSTALL_BINDIR} FILES_MATCHING PATTERN *.layout)
endif()

file(RELATIVE_PATH layouts_below ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_DATADIR}/shmlens/layouts)
set_source_files_properties(src/layouts/layouts.c PROPERTIES COMPILE_DEFINITIONS SHMLENS_LAYOUTS_BELOW="${layouts_below}")

if(NOT EXISTS ${CMAKE_BINARY_DIR}/layouts)
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/layouts ${CMAKE_BINARY_DIR}/layouts COPY_ON_ERROR SYMBOLIC)
endif()
