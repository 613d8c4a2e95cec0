# The wasm module: engine.js (glue) and engine.wasm. Flags that only newer compilers know are guarded.
target_compile_definitions(core PUBLIC NDEBUG EMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0)
target_compile_options(core PUBLIC -Oz)

add_executable(engine wasm/bindings.cc)
target_compile_options(engine PRIVATE -fno-exceptions -fno-rtti -Wall -Wextra -Werror)
target_link_libraries(engine PRIVATE core)
target_link_options(engine PRIVATE
  -Oz
  -fno-exceptions
  -fno-rtti
  -lembind
  -lidbfs.js
  -sMODULARIZE=1
  -sEXPORT_ES6=1
  -sEXPORT_NAME=createEngineModule
  # The loader always hands the module in, so the one environment whose glue starts everywhere is enough.
  -sENVIRONMENT=web
  # No `new Function`: works under script-src 'self' 'wasm-unsafe-eval' and in workerd.
  -sDYNAMIC_EXECUTION=0
  -sALLOW_MEMORY_GROWTH=1
  -sMALLOC=emmalloc
  -sFORCE_FILESYSTEM=1
  -sSUPPORT_LONGJMP=0
  -sEXPORTED_RUNTIME_METHODS=FS,IDBFS,HEAPU8)
if(EMSCRIPTEN_VERSION VERSION_GREATER_EQUAL 3.1.51)
  target_link_options(engine PRIVATE -sEMBIND_AOT=1)
endif()
