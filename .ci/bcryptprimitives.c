/* Rust's standard library takes its random numbers from ProcessPrng in bcryptprimitives.dll, which Wine 8 lacks. This
 * library has that one function, on one that every Wine has. It is for tests alone. */
#include <windows.h>
#include <ntsecapi.h>

BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length)
{
    while (length > 0) {
        ULONG piece = length < 0x10000000 ? (ULONG)length : 0x10000000;
        if (!RtlGenRandom(data, piece))
            return FALSE;
        data += piece;
        length -= piece;
    }
    return TRUE;
}
