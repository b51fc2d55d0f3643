#pragma once

namespace ruagate {

/// From now on the process keeps the memory that it frees for itself, up to 32 MiB for each heap, and asks the system
/// for pieces up to 4 MiB from there. By default it gives back every 128 KiB and takes them again for the next message,
/// and each page costs a fault when it is first written again, above all on virtual machines.
/// Called before threads begin. Does nothing where the C library has no such setting.
void keep_freed_memory();

}  // namespace ruagate
