# The lab. Its lessons and the sources of its programs are part of ours; the programs themselves are plain executables,
# made as `cc FILE.c -pthread` makes them, in the folder `lab` beside our own and in libexec when they are installed.
# Windows has lessons and programs of its own.
set(lab_folder ${CMAKE_SOURCE_DIR}/lab)
if(WIN32)
  set(lab_folder ${CMAKE_SOURCE_DIR}/lab/win)
endif()

# shmlens_lab_texts(VAR): adds to VAR C files with the texts, and a table of them.
function(shmlens_lab_texts var)
  file(GLOB files CONFIGURE_DEPENDS ${lab_folder}/*.lesson ${lab_folder}/*.c)
  set(sources ${${var}})
  set(declared)
  set(rows)
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME)
    string(MAKE_C_IDENTIFIER lab_text_${name} identifier)
    shmlens_embed(sources ${identifier} ${file})
    string(APPEND declared "extern const char ${identifier}[];\n")
    string(APPEND rows "    {\"${name}\", ${identifier}},\n")
  endforeach()
  set(table ${CMAKE_BINARY_DIR}/lab_files.c)
  file(CONFIGURE OUTPUT ${table} CONTENT
    "#include \"lab/shelf.h\"\n\n${declared}\nconst struct lab_file lab_files[] = {\n${rows}    {0, 0},\n};\n")
  set(${var} ${sources} ${table} PARENT_SCOPE)
endfunction()

# shmlens_lab_program(FOLDER FILE): the program of one source, in a folder of the build tree.
function(shmlens_lab_program folder file)
  get_filename_component(name ${file} NAME_WE)
  set(target lab_${name})
  add_executable(${target} ${file})
  # optimised a little in every build, so that what the lessons show does not depend on the preset
  target_compile_options(${target} PRIVATE -Wall -Wextra -O1 -g $<$<BOOL:${SHMLENS_WERROR}>:-Werror>)
  target_link_libraries(${target} PRIVATE ${SHMLENS_THREADS} ${SHMLENS_RT})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${folder})
endfunction()

file(RELATIVE_PATH lab_below ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBEXECDIR}/shmlens/lab)
set_source_files_properties(src/lab/shelf.c PROPERTIES COMPILE_DEFINITIONS SHMLENS_LAB_BELOW="${lab_below}")

file(GLOB lab_sources CONFIGURE_DEPENDS ${lab_folder}/*.c)
add_custom_target(lab_programs)
foreach(source IN LISTS lab_sources)
  shmlens_lab_program(${CMAKE_BINARY_DIR}/lab ${source})
  get_filename_component(name ${source} NAME_WE)
  add_dependencies(lab_programs lab_${name})
  install(TARGETS lab_${name} RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/shmlens/lab)
  if(WIN32) # into the archive: beside the program; the same bytes from the same sources
    install(TARGETS lab_${name} RUNTIME DESTINATION lab COMPONENT zip EXCLUDE_FROM_ALL)
    target_link_options(lab_${name} PRIVATE -Wl,--no-insert-timestamp $<$<CONFIG:Release>:-s>)
  endif()
endforeach()
