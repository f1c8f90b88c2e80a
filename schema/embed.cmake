# Files that are part of the program, so that an installed binary needs no source tree.
#
# embed(TARGET SYMBOL GLOB…) compiles every file that matches into TARGET as `const struct lt_embedded SYMBOL[]`, in the
# order of their names, ended by a row without a name. Run as a script (cmake -P) this file writes that C source.

if(CMAKE_SCRIPT_MODE_FILE)
    set(rows "")
    set(arrays "")
    set(i 0)
    separate_arguments(files UNIX_COMMAND "${FILES}")
    foreach(file ${files})
        get_filename_component(name ${file} NAME)
        file(READ ${file} hex HEX)
        file(SHA256 ${file} sha256)
        string(LENGTH "${hex}" digits)
        math(EXPR bytes "${digits} / 2")
        string(REGEX REPLACE "(................................................)" "\\1\n" hex "${hex}")
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
        string(APPEND arrays "static const unsigned char f${i}[] = {${hex}0};\n")
        string(APPEND rows "    {\"${name}\", (const char *)f${i}, ${bytes}, \"${sha256}\"},\n")
        math(EXPR i "${i} + 1")
    endforeach()
    file(WRITE ${OUT}
        "#include \"app/embedded.h\"\n#include <stddef.h>\n${arrays}"
        "const struct lt_embedded ${SYMBOL}[] = {\n${rows}    {NULL, NULL, 0, NULL},\n};\n")
    return()
endif()

function(embed target symbol)
    list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/ OUTPUT_VARIABLE globs)
    file(GLOB files CONFIGURE_DEPENDS ${globs})
    list(SORT files)
    string(REPLACE ";" " " list "${files}")
    set(out ${CMAKE_BINARY_DIR}/gen/${symbol}.c)
    set(script ${CMAKE_SOURCE_DIR}/schema/embed.cmake)
    add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} "-DFILES=${list}" -DSYMBOL=${symbol} -DOUT=${out} -P ${script}
        DEPENDS ${files} ${script} VERBATIM COMMENT "${symbol}")
    target_sources(${target} PRIVATE ${out})
endfunction()
