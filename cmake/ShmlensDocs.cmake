# Man page and completions: templates in docs/ that the program fills from its own tables and prints; then installed.
# A program that cannot run here (cross-compiling) prints nothing; then there are none to install.

if(CMAKE_CROSSCOMPILING)
  return()
endif()

set(docs_man ${CMAKE_BINARY_DIR}/shmlens.1)
set(docs_bash ${CMAKE_BINARY_DIR}/completions/shmlens)
set(docs_zsh ${CMAKE_BINARY_DIR}/completions/_shmlens)
set(docs_fish ${CMAKE_BINARY_DIR}/completions/shmlens.fish)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/completions)

# Written beside and moved, so that a failed run leaves no half file behind.
function(shmlens_document output option)
  add_custom_command(
    OUTPUT ${output}
    COMMAND $<TARGET_FILE:shmlens> help ${option} > ${output}.new
    COMMAND ${CMAKE_COMMAND} -E rename ${output}.new ${output}
    DEPENDS shmlens
    COMMENT "shmlens help ${option}"
    VERBATIM)
endfunction()

shmlens_document(${docs_man} --man)
shmlens_document(${docs_bash} --bash)
shmlens_document(${docs_zsh} --zsh)
shmlens_document(${docs_fish} --fish)
add_custom_target(shmlens_docs ALL DEPENDS ${docs_man} ${docs_bash} ${docs_zsh} ${docs_fish})

install(FILES ${docs_man} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_SOURCE_DIR}/docs/shmlens-concepts.7 DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)
install(FILES ${docs_bash} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${docs_zsh} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${docs_fish} DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
