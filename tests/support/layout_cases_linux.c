#include <stdbool.h>
#include <stddef.h>

#include "support/layout_cases.h"

const struct layout_case layout_cases_linux[] = {
    {"ntp-shm", "sysv:key=0x4e545032", 96,
     "0 u32 1\n4 u32 8\n8 u64 1774269322\n16 u32 500\n24 u64 1795914223\n32 u32 212386\n"
     "36 u32 3\n40 u32 -20\n44 u32 3\n48 u32 1\n52 u32 500001\n56 u32 212386879\n",
     "0x0 mode 1\n0x4 count 8\n0x8 clock_sec 2026-03-23 12:35:22Z (1774269322)\n"
     "0x10 clock_usec 500\n0x18 receive_sec 2026-11-29 01:03:43Z (1795914223)\n"
     "0x20 receive_usec 212386\n0x24 leap 3\n0x28 precision -20\n0x2c nsamples 3\n0x30 valid 1\n"
     "0x34 clock_nsec 500001\n0x38 receive_nsec 212386879\n",
     "ntp_shm 96\n", NULL, true},
    {"ntp-shm-ilp32", "sysv:key=0x4e545030", 80,
     "0 u32 1\n4 u32 8\n8 u32 1774269322\n12 u32 500\n16 u32 1795914223\n20 u32 212386\n"
     "24 u32 3\n28 u32 -20\n32 u32 3\n36 u32 1\n40 u32 500001\n44 u32 212386879\n",
     "0x8 clock_sec 2026-03-23 12:35:22Z (1774269322)\n0xc clock_usec 500\n"
     "0x10 receive_sec 2026-11-29 01:03:43Z (1795914223)\n0x14 receive_usec 212386\n"
     "0x18 leap 3\n0x1c precision -20\n0x20 nsamples 3\n0x24 valid 1\n0x28 clock_nsec 500001\n"
     "0x2c receive_nsec 212386879\n",
     "ntp_shm32 80\n", NULL, true},
    {"gpsd", "sysv:key=0x47505344", 24512,
     "0 u32 6\n8 u64 0x636\n16 u64 1795914223\n32 u32 -1\n40 u64 1774269322\n56 u32 3\n60 u32 1\n"
     "72 f64 48.1173\n88 f64 11.5\n112 f64 592.25\n120 f64 545.5\n136 f64 84.5\n152 f64 11.5\n"
     "168 f64 0.25\n24504 u32 6\n",
     "0x0 bookend 6\n0x8 set 0x636\n0x20 descriptor -1\n0x38 fix.mode GPSD_3D (3)\n"
     "0x3c fix.status 1\n0x48 fix.latitude 48.1173\n0x58 fix.longitude 11.5\n"
     "0x70 fix.altitude_ellipsoid 592.25\n0x78 fix.altitude_sea 545.5\n0x88 fix.track 84.5\n"
     "0x98 fix.speed 11.5\n0xa8 fix.climb 0.25\n0x5fb8 bookend2 6\n",
     "gpsd_fix 416\ngpsd_report 24512\n", NULL, true},
    {"gpsd", "sysv:key=0x47505344", 30000, "0 u32 6\n8 u64 0x636\n",
     "0x0 bookend 6\n0x8 set 0x636\n", "gpsd_frame 16\n", NULL, true},
    {"busybox-syslogd", "sysv:key=0x414e4547", 16384, "0 u32 16375\n4 u32 10\n8 text Nov 29 hi\n",
     "0x0 size 16375\n0x4 tail 10\n0x8 lines \"Nov 29 hi\"\n", "busybox_log 8\n", NULL, true},
    {"glibc-semaphore", "posix:/sem.x", 32, "0 u32 3\n4 u32 2\n8 u32 128\n",
     "0x0 value 3\n0x4 waiters 2\n0x8 shared 128\n", "glibc_sem 32\n", NULL, true},
    {"musl-semaphore", "posix:/x", 32, "0 u32 3\n4 u32 2\n",
     "0x0 value 3\n0x4 waiters 2\n0x8 private 0\n", "musl_sem 32\n", "musl_sem", false},
    {"python-shareablelist", "posix:/psm_8cd9bd1a", 4096,
     "0 u64 2\n8 u64 0\n16 u64 8\n24 u64 24\n32 u64 7\n40 text hello\n",
     "0x0 count 2\n0x8 offset[0] 0\n0x10 offset[1] 8\n", "python_list 8\n", NULL, false},
    {"sqlite-wal-index", "file:/var/lib/app/app.db-shm", 32768,
     "0 u32 3007000\n8 u32 2\n12 u8 1\n14 u16 4096\n16 u32 3\n20 u32 2\n24 u32 0x7b4b6df7\n"
     "32 u32 0xa2f94dd4\n40 u32 0xc691bc9e\n48 u32 3007000\n60 u8 1\n64 u32 3\n96 u32 1\n"
     "104 u32 2\n108 u32 0xffffffff\n120 u8 9\n128 u32 4\n",
     "0x0 head[0].version 3007000\n0x8 head[0].change 2\n0xc head[0].is_init 1\n"
     "0xe head[0].page_size 4096\n0x10 head[0].max_frame 3\n0x14 head[0].pages 2\n"
     "0x18 head[0].frame_checksum[0] 0x7b4b6df7\n0x20 head[0].salt[0] 0xa2f94dd4\n"
     "0x28 head[0].checksum[0] 0xc691bc9e\n0x40 head[1].max_frame 3\n0x60 backfilled 1\n"
     "0x68 read_mark[1] 2\n0x6c read_mark[2] 4294967295\n0x78 lock 09 00 00 00 00 00 00 00\n"
     "0x80 backfill_attempted 4\n",
     "sqlite_wal_head 48\nsqlite_wal_index 136\n", NULL, false},
    {"jvm-hsperfdata", "file:/tmp/hsperfdata_root/812", 32768,
     "0 be32 0xcafec0c0\n4 u8 1\n5 u8 2\n7 u8 1\n8 u32 12504\n16 u64 479754996\n24 u32 32\n"
     "28 u32 187\n32 u32 56\n36 u32 20\n44 text J\n46 u8 4\n47 u8 2\n48 u32 48\n"
     "52 text sun.rt._sync_Inflations\n80 u64 7\n",
     "0x0 magic 0xcafec0c0\n0x4 byte_order 1\n0x5 major 2\n0x7 accessible 1\n0x8 used 12504\n"
     "0x10 modified 479754996\n0x18 entry_offset 32 -> +0x20\n0x1c entries 187\n",
     "jvm_perfdata 32\njvm_entry 20\n", NULL, false},
    {"postgresql", "sysv:98304", 56,
     "0 u32 679834894\n4 u32 812\n8 u64 148119552\n16 u64 56\n24 u32 1804289383\n40 u64 2049\n"
     "48 u64 131\n",
     "0x0 magic 679834894\n0x4 creator 812\n0x8 total_size 148119552\n0x10 free_offset 56\n"
     "0x18 dsm_control 1804289383\n0x20 index 0x0\n0x28 device 2049\n0x30 inode 131\n",
     "postgresql_shmem 56\n", NULL, false},
    {"postgresql", "posix:/PostgreSQL.1804289383", 26976,
     "0 u32 0x9a503d32\n4 u32 1\n8 u32 674\n16 u32 42\n20 u32 2\n24 u64 5\n32 u64 6\n48 u8 1\n",
     "0x0 magic 0x9a503d32\n0x4 items 1\n0x8 max_items 674\n0x10 item[0].handle 42\n"
     "0x14 item[0].references 2\n0x18 item[0].first_page 5\n0x20 item[0].pages 6\n"
     "0x30 item[0].pinned true\n",
     "postgresql_dsm_item 40\npostgresql_dsm 16\n", NULL, false},
    {"lmdb-lock", "file:/var/lib/app/lock.mdb", 8192,
     "0 u32 0xbeefc0de\n4 u32 0x10001\n24 u32 144\n48 u64 77\n56 u32 2\n64 u32 1\n72 u32 812\n"
     "128 u64 76\n136 u32 812\n144 u64 5\n192 u64 0xffffffffffffffff\n200 u32 813\n",
     "0x0 magic 0xbeefc0de\n0x4 format 0x10001\n0x18 reader_mutex.kind 144\n"
     "0x30 last_transaction 77\n0x38 readers 2\n0x40 writer_mutex.lock 1\n"
     "0x48 writer_mutex.owner 812\n0x80 reader[0].transaction 76\n0x88 reader[0].pid 812\n"
     "0x90 reader[0].thread 5\n0xc8 reader[1].pid 813\n",
     "lmdb_reader 64\nlmdb_lock 128\n", NULL, false},
    {"jack-registry", "posix:/jack-shm-registry", 70744,
     "0 text KCAJ\n8 u32 1\n12 u32 70744\n16 u32 2136\n20 u32 268\n24 u32 812\n"
     "28 text jack-0:default:\n2136 u16 0\n2140 u32 812\n2144 u32 6192\n2148 text /jack-0-0\n"
     "2404 u16 1\n2408 u32 813\n",
     "0x0 magic 0x4a41434b\n0x8 kind JACK_SHM_POSIX (1)\n0xc size 70744\n0x10 head_size 2136\n"
     "0x14 entry_size 268\n0x18 server[0].pid 812\n0x1c server[0].name \"jack-0:default:\"\n"
     "0x85c segment[0].allocator 812\n0x860 segment[0].size 6192\n"
     "0x864 segment[0].name \"/jack-0-0\"\n0x964 segment[1].index 1\n"
     "0x968 segment[1].allocator 813\n",
     "jack_server 264\njack_segment 268\njack_registry 70744\n", NULL, false},
    {"pulseaudio", "posix:/pulse-shm-1027094213", 65576, "65536 u32 0xbeefcafe\n65540 u32 812\n",
     "0x10000 marker 0xbeefcafe\n0x10004 pid 812\n", "pulse_mark 40\n", NULL, false},
    {"boost-managed", "posix:/fastrtps_port7400", 4096, "0 u32 2\n",
     "0x0 state BOOST_INITIALIZED (2)\n", "boost_managed 4\n", NULL, false},
    {"boost-managed", "posix:/mine", 4096, "0 u32 3\n", "0x0 state BOOST_CORRUPTED (3)\n", "",
     "boost_managed", false},
    {"valgrind-vgdb", "file:/tmp/vgdb-pipe-shared-mem-vgdb-812-by-root-on-vm", 48,
     "0 u32 4\n4 u32 3\n8 u64 0x5808df20\n16 u64 0x1002006790\n24 u32 500\n28 u32 7184\n"
     "32 u32 4\n36 u32 6960\n40 u32 900\n",
     "0x0 written_by_vgdb 4\n0x4 seen_by_valgrind 3\n0x8 invoke_gdbserver 0x5808df20\n"
     "0x10 threads 0x1002006790\n0x18 thread_count 500\n0x1c thread_size 7184\n"
     "0x20 offset_status 4\n0x24 offset_lwpid 6960\n0x28 vgdb 900\n",
     "valgrind_vgdb 48\n", NULL, true},
    {"libqb-ring", "file:/dev/shm/qb-1-2-3-x/qb-request-cmap-header", 8248,
     "0 u32 4\n4 u32 2\n8 u32 3072\n12 text /dev/shm/h\n4108 text /dev/shm/d\n8204 u32 2\n"
     "8208 u32 1\n",
     "0x0 write_point 4\n0x4 read_point 2\n0x8 words 3072\n0xc head_path \"/dev/shm/h\"\n"
     "0x100c data_path \"/dev/shm/d\"\n0x200c references 2\n0x2010 messages.value 1\n",
     "qb_ring 8248\n", NULL, true},
    {"linuxcnc-hal", "sysv:key=0x48414c32", 4096,
     "0 u32 16\n16 u32 1047976\n128 u32 296\n132 u32 3000\n136 u64 3000\n144 u64 3100\n"
     "152 u64 3300\n184 u64 1000000\n192 u32 1\n3000 u64 0\n3008 u32 2\n3024 u32 812\n",
     "0x0 version 16\n0x10 available 1047976\n0x80 bottom 296\n0x84 top 3000\n"
     "0x88 components 3000 -> +0xbb8\n0x90 pins 3100 -> +0xc1c\n0x98 signals 3300 -> +0xce4\n"
     "0xb8 base_period 1000000\n0xc0 threads_running 1\n",
     "hal_component 88\nhal_pin 104\nhal_signal 80\nhal_data 200\n", NULL, false},
    {"sssd-cache", "file:/var/lib/sss/mc/passwd", 8192,
     "0 u32 0xf0000002\n4 u32 1\n8 u32 1\n12 u32 1\n16 u32 0x1234\n20 u32 4096\n24 u32 16\n"
     "28 u32 512\n32 u32 56\n36 u32 4152\n40 u32 4168\n48 u32 0xf0000002\n",
     "0x0 barrier 0xf0000002\n0x4 major 1\n0xc status SSS_ALIVE (1)\n0x10 seed 0x1234\n"
     "0x14 data_size 4096\n0x18 free_size 16\n0x1c hash_size 512\n0x20 data_table 56\n"
     "0x24 free_table 4152\n0x28 hash_table 4168\n0x30 barrier2 0xf0000002\n",
     "sss_cache 52\n", NULL, false},
    {"pcp-mmv", "file:/var/lib/pcp/tmp/mmv/app", 1024,
     "0 text MMV\n4 u32 1\n8 u64 77\n16 u64 77\n24 u32 2\n28 u32 3\n32 u32 812\n36 u32 321\n"
     "40 u32 3\n44 u32 1\n48 u64 88\n56 u32 4\n60 u32 1\n64 u64 192\n",
     "0x0 magic \"MMV\"\n0x4 version 1\n0x8 generation 0x4d\n0x18 sections 2\n"
     "0x1c flags PCP_MMV_NOPREFIX|PCP_MMV_PROCESS\n0x20 process 812\n0x24 cluster 321\n"
     "0x28 section[0].kind PCP_METRICS (3)\n0x30 section[0].offset 88\n"
     "0x38 section[1].kind PCP_VALUES (4)\n0x40 section[1].offset 192\n",
     "pcp_mmv 40\npcp_section 16\n", NULL, false},
    {"xvfb-screen", "file:/tmp/fb/Xvfb_screen0", 8192,
     "0 be32 160\n4 be32 7\n8 be32 2\n12 be32 8\n16 be32 640\n20 be32 480\n44 be32 8\n"
     "48 be32 640\n76 be32 2\n100 text Xvfb vm:77.0\n172 be32 1\n176 be16 65535\n",
     "0x0 header_size 160\n0x4 file_version 7\n0x8 pixmap_format 2\n0xc pixmap_depth 8\n"
     "0x10 pixmap_width 640\n0x14 pixmap_height 480\n0x2c bits_per_pixel 8\n"
     "0x30 bytes_per_line 640\n0x4c colours 2\n0x64 name \"Xvfb vm:77.0\"\n"
     "0xac colour[1].pixel 1\n0xb0 colour[1].red 65535\n",
     "xwd_colour 12\nxwd_screen 160\n", NULL, false},
    {"open-mpi", "posix:/vader_segment.vm.0.1.0", 4096, "0 u32 1\n4 u32 812\n",
     "0x0 lock 1\n0x4 creator 812\n", "open_mpi_segment 8\n", NULL, true},
    {"mumble-link-linux", "posix:/MumbleLink.1000", 10580,
     "0 u32 2\n4 u32 77\n8 f32 1.5\n20 f32 2.5\n44 utf32 Quake\n1068 f32 3.5\n1104 utf32 me\n"
     "2128 u32 16\n2132 u8 7\n2388 utf32 a game\n",
     "0x0 version 2\n0x4 tick 77\n0x8 avatar_position[0] 1.5\n0x14 avatar_front[0] 2.5\n"
     "0x2c game \"Quake\"\n0x42c camera_position[0] 3.5\n0x450 identity \"me\"\n"
     "0x850 context_length 16\n0x954 description \"a game\"\n",
     "mumble_link_linux 10580\n", NULL, true},
    {"looking-glass", "file:/dev/shm/looking-glass", 8192,
     "0 text LGMP\n4 u32 1\n8 u32 0xabcd\n16 u64 123456\n24 u32 3\n28 u32 1\n32 u32 2\n36 u32 20\n"
     "40 u32 1\n44 u32 1000\n48 u32 7\n52 u32 4096\n312 u32 1\n320 u64 0x100000000\n328 u32 4\n"
     "344 u32 6\n",
     "0x0 magic 0x504d474c\n0x4 version 1\n0x8 session 0xabcd\n0x10 timestamp 123456\n"
     "0x18 capabilities 3\n0x1c queue_count 1\n0x20 queue[0].id 2\n0x24 queue[0].messages 20\n"
     "0x28 queue[0].new_subscribers 1\n0x2c queue[0].max_time 1000\n0x30 queue[0].position 7\n"
     "0x34 queue[0].message_offset 4096 -> +0x1000\n0x138 queue[0].lock 1\n"
     "0x140 queue[0].subscribers 0x100000000\n0x148 queue[0].start 4\n0x158 queue[0].count 6\n",
     "lgmp_queue 320\nlgmp 1632\n", NULL, false},
    {"aeron", "file:/dev/shm/aeron-root/cnc.dat", 4096,
     "0 u32 0x200\n4 u32 1049344\n8 u32 1048704\n12 u32 4194304\n16 u32 1048576\n20 u32 1048576\n"
     "24 u64 10000000000\n32 u64 1795914223000\n40 u64 812\n48 u32 4096\n",
     "0x0 version 0x200\n0x4 to_driver_length 1049344\n0x14 error_log_length 1048576\n"
     "0x18 client_liveness_ns 10000000000\n0x20 started 2026-11-29 01:03:43.000Z "
     "(1795914223000)\n0x28 driver 812\n0x30 page_size 4096\n",
     "aeron_cnc 52\n", NULL, false},
    {"demo", "posix:/shmlens-demo", 8192,
     "0 text SHMLENS\n8 u32 1\n12 u32 812\n16 u64 77\n64 u8 77\n66 u16 77\n68 u32 539\n"
     "80 f32 0.5\n88 f64 0.5\n96 u32 2\n128 text Hello\n192 utf16 Hi\n256 u32 3\n264 u32 32\n"
     "268 u32 32\n288 u64 0\n320 u64 1\n328 u64 12\n336 text record 1\n",
     "0x0 magic \"SHMLENS\"\n0x8 version 1\n0xc writer 812\n0x10 heartbeat 77\n0x40 counter8 77\n"
     "0x42 counter16 77\n0x44 counter32 539\n0x50 sine32 0.5\n0x58 sine64 0.5\n"
     "0x60 command DEMO_FAST (2)\n0x80 utf8 \"Hello\"\n0xc0 utf16 \"Hi\"\n0x100 head 3\n"
     "0x140 records[1].number 1\n0x148 records[1].heartbeat 12\n"
     "0x150 records[1].text \"record 1\"\n",
     "demo_record 32\nshmlens_demo 288\n", NULL, false},
    {0},
};
