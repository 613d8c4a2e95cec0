# The wasm module: engine.js (glue) and engine.wasm. Flags that only newer compilers know are guarded.
target_compile_definitions(core PUBLIC NDEBUG EMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0)
# Small, but for what runs over every byte and every service when a store is opened: at -O2 a store of 100,000 opens
# in two thirds of the time, for 5 KB (brotli) more. All at -O2 would save a quarter of that again, for 22 KB more.
# CMake's own flags must go, because a level once given leaves its mark on later ones.
set(CMAKE_CXX_FLAGS_RELEASE "")
file(GLOB FAST core/base/*.cc core/model/record*.cc core/model/json.cc core/model/scanner.cc core/store/index.cc
     core/store/service.cc core/store/text.cc core/store/store.cc core/store/change.cc core/journal/reader.cc)
set(SMALL ${CORE_SOURCES} ${CMAKE_SOURCE_DIR}/wasm/bindings.cc)
list(REMOVE_ITEM SMALL ${FAST})
set_source_files_properties(${FAST} PROPERTIES COMPILE_OPTIONS -O2)
set_source_files_properties(${SMALL} PROPERTIES COMPILE_OPTIONS -Oz)
# What is used once is inlined and what nothing calls is dropped, across files: a tenth of the bytes. Every browser
# since 2021 has bulk memory and sign extension (Safari since 15).
set(LEAN -flto -mbulk-memory -msign-ext)
target_compile_options(core PRIVATE ${LEAN})

add_executable(engine wasm/bindings.cc)
target_compile_options(engine PRIVATE ${LEAN} -fno-exceptions -fno-rtti -Wall -Wextra -Werror)
target_link_libraries(engine PRIVATE core)
set(GLUE ${CMAKE_SOURCE_DIR}/wasm/glue.js)
set(IDBFS ${CMAKE_SOURCE_DIR}/wasm/idbfs.js)
set_target_properties(engine PROPERTIES LINK_DEPENDS "${GLUE};${IDBFS}")
target_link_options(engine PRIVATE
  -Oz
  ${LEAN}
  -fno-exceptions
  -fno-rtti
  -lidbfs.js
  "SHELL:--js-library ${IDBFS}"
  "SHELL:--pre-js ${GLUE}"
  -sMINIMAL_RUNTIME=1
  # The loader hands in an instance of a module that it has compiled.
  -sMINIMAL_RUNTIME_STREAMING_WASM_COMPILATION=1
  -sMODULARIZE=1
  -sEXPORT_ES6=1
  -sEXPORT_NAME=createEngineModule
  # No environment's own ways are used, so the glue of one starts everywhere.
  -sENVIRONMENT=web
  # No `new Function`: works under script-src 'self' 'wasm-unsafe-eval' and in workerd.
  -sDYNAMIC_EXECUTION=0
  -sALLOW_MEMORY_GROWTH=1
  -sMALLOC=emmalloc
  -sFILESYSTEM=0
  -sSUPPORT_LONGJMP=0
  # At -Oz what only reads a member is a function that is called, which costs code that has not been compiled well yet
  # a quarter of its time. What is no longer than a call is put in its place, and what that uncovers is looked at again.
  -sBINARYEN_EXTRA_PASSES=--always-inline-max-function-size=7,-Oz,-Oz
  -sEXPORTED_FUNCTIONS=_free,_reserve,_execute,_output,_output_size)
if(EMSCRIPTEN_VERSION VERSION_LESS 3.1.7)
  # embind's JavaScript without libembind: wasm/bindings.cc has what it would bring.
  target_compile_definitions(engine PRIVATE ANON_WITHOUT_LIBEMBIND)
  target_link_options(engine PRIVATE "SHELL:--js-library ${EMSCRIPTEN_ROOT_PATH}/src/embind/embind.js")
else()
  target_link_options(engine PRIVATE -lembind)
endif()
if(EMSCRIPTEN_VERSION VERSION_GREATER_EQUAL 3.1.51)
  target_link_options(engine PRIVATE -sEMBIND_AOT=1)
endif()
