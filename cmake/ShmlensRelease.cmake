# The archive for Windows, made by `cpack` in the build tree: one folder with the program, its layouts, the man page as
# text, and the licences of what is linked into the program. Two builds of the same sources give the same bytes.

target_link_options(shmlens PRIVATE -Wl,--no-insert-timestamp $<$<CONFIG:Release>:-s>) # strip would insert one

set(release_text ${CMAKE_BINARY_DIR}/shmlens.txt)
find_program(SHMLENS_GROFF groff)
mark_as_advanced(SHMLENS_GROFF)
if(SHMLENS_GROFF)
  add_custom_command(OUTPUT ${release_text}
    COMMAND ${SHMLENS_GROFF} -man -Tutf8 -P-cbou ${CMAKE_SOURCE_DIR}/docs/shmlens.1 > ${release_text}
    DEPENDS ${CMAKE_SOURCE_DIR}/docs/shmlens.1 COMMENT "the man page as text" VERBATIM)
  add_custom_target(shmlens_text ALL DEPENDS ${release_text})
endif()

# Where the licences of the libraries are: tools/windows-deps keeps them, and so does MSYS2.
if(CMAKE_CROSSCOMPILING)
  set(release_licences ${SHMLENS_WINDOWS_DEPS}/share/licenses)
else()
  set(release_licences $ENV{MINGW_PREFIX}/share/licenses)
endif()
set(release_zip COMPONENT zip EXCLUDE_FROM_ALL)
install(TARGETS shmlens RUNTIME DESTINATION . ${release_zip})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/layouts DESTINATION . ${release_zip} FILES_MATCHING PATTERN *.layout)
install(FILES ${release_text} DESTINATION . ${release_zip} OPTIONAL)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION . RENAME LICENSE.txt ${release_zip})
foreach(name jansson lz4 pcre2 pdcurses utf8proc xxhash)
  install(DIRECTORY ${release_licences}/${name} DESTINATION licences ${release_zip} OPTIONAL)
endforeach()

set(CPACK_GENERATOR ZIP)
set(CPACK_PACKAGE_NAME shmlens)
set(CPACK_PACKAGE_FILE_NAME shmlens-${PROJECT_VERSION}-windows-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_COMPONENTS_ALL zip)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_THREADS 1)
set(CPACK_POST_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/ReleasePack.cmake)
include(CPack)
