using System.Runtime.CompilerServices;

// Every native signature here is blittable or uses LibraryImport's generated marshalling, so none is resolved at run
// time.
[assembly: DisableRuntimeMarshalling]
