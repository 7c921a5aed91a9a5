# poller_room(NAME FOLDER [ROOMS room...] [LIBS lib...]): a static library of every .cc below FOLDER.
# An empty folder makes an interface library, so that the list of rooms can be complete from the first day.
function(poller_room name folder)
  cmake_parse_arguments(ARG "" "" "ROOMS;LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cc)
  if(sources)
    add_library(${name} STATIC ${sources})
    poller_flags(${name})
    target_link_libraries(${name} PUBLIC ${ARG_ROOMS} ${ARG_LIBS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARG_ROOMS} ${ARG_LIBS})
  endif()
endfunction()
