# poller_schema(TARGET FOLDER): the migrations FOLDER/NNNN_name.sql become a table in the program (declared in
# storage/sqlite/migrations.h). The .sql files are the source; changing one configures anew.
function(poller_schema target folder)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.sql)
  list(SORT files)
  set(expected 1)
  set(rows "")
  foreach(path IN LISTS files)
    set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    get_filename_component(name ${path} NAME_WE)
    string(REGEX MATCH "^[0-9]+" number ${name})
    string(REGEX REPLACE "^0+" "" number "${number}")
    if(NOT number EQUAL expected)
      message(FATAL_ERROR "${folder}: expected migration ${expected}, found ${name}")
    endif()
    math(EXPR expected "${expected} + 1")
    file(READ ${path} sql)
    string(APPEND rows "    {${number}, \"${name}\", R\"sql(${sql})sql\"},\n")
  endforeach()
  set(generated ${CMAKE_BINARY_DIR}/generated/schema.cc)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT [[
// Made from the .sql files by cmake/schema.cmake.
#include "storage/sqlite/migrations.h"

namespace poller::sqlite_engine {

const std::vector<Migration>& migrations() {
  static const std::vector<Migration> all{
@rows@  };
  return all;
}

}  // namespace poller::sqlite_engine
]])
  target_sources(${target} PRIVATE ${generated})
endfunction()
