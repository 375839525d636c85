# The libraries others keep well, each as one interface target.

find_package(PkgConfig REQUIRED)

function(shmlens_pkg name module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
  add_library(deps_${name} INTERFACE)
  target_link_libraries(deps_${name} INTERFACE PkgConfig::${name})
endfunction()

shmlens_pkg(utf8proc libutf8proc)
shmlens_pkg(pcre2 libpcre2-8)
shmlens_pkg(jansson jansson)
if(SHMLENS_UI)
  shmlens_pkg(curses ncursesw)
endif()
if(SHMLENS_TESTS)
  shmlens_pkg(check check)
  pkg_check_modules(vterm IMPORTED_TARGET vterm)
  if(vterm_FOUND)
    add_library(deps_vterm INTERFACE)
    target_link_libraries(deps_vterm INTERFACE PkgConfig::vterm)
  endif()
endif()
