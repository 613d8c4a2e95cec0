// In front of Emscripten's glue, inside its function (MINIMAL_RUNTIME). What is read here is set further below.

// The loader instantiates (js/instance.js): the glue would want the module at once, and hears of no failure.
var WebAssembly = { instantiate: Module['instantiate'] };

// The arenas of wasm/bindings.cc. A view is void after the next call, which may make the memory grow.
Module['input'] = (size) => {
  var at = _reserve(size);
  return at || !size ? HEAPU8.subarray(at, at + size) : null;
};
Module['output'] = () => HEAPU8.subarray(_output(), _output() + _output_size());
Module['execute'] = (size, now) => _execute(size, now);
