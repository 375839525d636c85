/* What the demo's writer keeps in /shmlens-demo. All numbers are in the machine's byte order.
 *
 *   0x000  8  magic, "SHMLENS" and a NUL       0x040  1  counter, u8
 *   0x008  4  version of this layout, 1        0x042  2  counter, u16
 *   0x00c  4  pid of the writer                0x044  4  counter, u32
 *   0x010  8  heartbeat, u64: one a step       0x048  8  counter, u64
 *   0x050  4  sine, f32                        0x058  8  the same sine, f64
 *   0x060  4  command word, u32: poke it: 0 runs, 1 pauses, 2 speeds up
 *   0x064  4  the command the writer obeys now
 *   0x080 64  a UTF-8 text that changes        0x0c0 64  a UTF-16 text that changes
 *   0x100  4  ring: head, u32: records written 0x104  4  tail, u32: records taken out again
 *   0x108  4  slots                            0x10c  4  bytes of a record
 *   0x120     the records: number u64, heartbeat u64, text of 16 bytes
 *   0x2000    never written: a hole up to 0x400000
 *   0x400000  a text after the hole
 */
#ifndef SHMLENS_CLI_COMMANDS_DEMO_LAYOUT_H
#define SHMLENS_CLI_COMMANDS_DEMO_LAYOUT_H

#define DEMO_MAGIC "SHMLENS" /* 8 bytes with its NUL */

enum {
    DEMO_VERSION = 1,
    DEMO_AT_MAGIC = 0x0,
    DEMO_AT_VERSION = 0x8,
    DEMO_AT_PID = 0xc,
    DEMO_AT_HEARTBEAT = 0x10,
    DEMO_AT_U8 = 0x40,
    DEMO_AT_U16 = 0x42,
    DEMO_AT_U32 = 0x44,
    DEMO_AT_U64 = 0x48,
    DEMO_AT_F32 = 0x50,
    DEMO_AT_F64 = 0x58,
    DEMO_AT_COMMAND = 0x60,
    DEMO_AT_OBEYED = 0x64,
    DEMO_AT_UTF8 = 0x80,
    DEMO_AT_UTF16 = 0xc0,
    DEMO_TEXT_SIZE = 64,
    DEMO_AT_HEAD = 0x100,
    DEMO_AT_TAIL = 0x104,
    DEMO_AT_SLOTS = 0x108,
    DEMO_AT_RECORD_SIZE = 0x10c,
    DEMO_AT_RECORDS = 0x120,
    DEMO_SLOTS = 32,
    DEMO_RECORD_SIZE = 32,
    DEMO_AT_END_TEXT = 0x400000,
    DEMO_SIZE = 0x401000
};

enum { DEMO_RUN = 0, DEMO_PAUSE = 1, DEMO_FAST = 2 };

#endif
