// A JavaScript library for the linker, after Emscripten's own: of its IDBFS, the names and the version of the database.
// Our storage reads and writes the records by itself (js/storage/indexeddb.js says why); the rest of IDBFS, and the
// whole file system that it needs, stays out of what a page downloads.
const { DB_VERSION, DB_STORE_NAME } = LibraryManager.library.$IDBFS;
const schema = {
  $IDBFS: { DB_VERSION, DB_STORE_NAME },
  $IDBFS__deps: [],
  $IDBFS__postset: "Module['IDBFS'] = IDBFS;",
};
if (typeof addToLibrary === 'function') addToLibrary(schema);
else mergeInto(LibraryManager.library, schema);
// Nothing in C++ asks for it.
(typeof extraLibraryFuncs === 'undefined' ? DEFAULT_LIBRARY_FUNCS_TO_INCLUDE : extraLibraryFuncs).push('$IDBFS');
