#include <stdbool.h>
#include <stddef.h>

#include "support/layout_cases.h"

const struct layout_case layout_cases_windows[] = {
    {"mumble-link", "win:Local\\MumbleLink", 8192,
     "0 u32 2\n4 u32 77\n8 f32 1.5\n20 f32 2.5\n32 f32 1\n44 utf16 Quake\n556 f32 3.5\n"
     "568 f32 4.5\n580 f32 5.5\n592 utf16 me\n1104 u32 16\n1108 u8 7\n1364 utf16 a game\n",
     "0x0 version 2\n0x4 tick 77\n0x8 avatar_position[0] 1.5\n0x14 avatar_front[0] 2.5\n"
     "0x20 avatar_top[0] 1\n0x2c game \"Quake\"\n0x22c camera_position[0] 3.5\n"
     "0x238 camera_front[0] 4.5\n0x244 camera_top[0] 5.5\n0x250 identity \"me\"\n"
     "0x450 context_length 16\n0x554 description \"a game\"\n",
     "mumble_link 5460\n", NULL, true},
    {"assetto-corsa", "win:Local\\acpmf_physics", 4096,
     "0 u32 77\n4 f32 0.5\n12 f32 30\n16 u32 3\n20 u32 7200\n28 f32 182.5\n32 f32 1\n44 f32 2\n"
     "56 f32 3\n152 f32 90\n224 f32 4\n268 f32 0.25\n284 f32 1.25\n",
     "0x0 packet 77\n0x4 gas 0.5\n0xc fuel 30\n0x10 gear 3\n0x14 rpm 7200\n0x1c speed_kmh 182.5\n"
     "0x20 velocity[0] 1\n0x2c acceleration[0] 2\n0x38 wheel_slip[0] 3\n"
     "0x98 tyre_core_temperature[0] 90\n0xe0 damage[0] 4\n0x10c ride_height[0] 0.25\n"
     "0x11c air_density 1.25\n",
     "ac_physics 288\n", NULL, true},
    {"assetto-corsa", "win:Local\\acpmf_graphics", 4096,
     "0 u32 9\n4 u32 2\n8 u32 -1\n12 utf16 1:23:456\n42 utf16 1:22:000\n72 utf16 1:21:000\n"
     "132 u32 4\n176 utf16 Soft\n248 f32 0.5\n252 f32 10\n256 f32 11\n268 u32 1\n280 f32 0.98\n",
     "0x4 status AC_LIVE (2)\n0x8 session AC_UNKNOWN (-1)\n0xc current_time \"1:23:456\"\n"
     "0x2a last_time \"1:22:000\"\n0x48 best_time \"1:21:000\"\n0x84 completed_laps 4\n"
     "0xb0 tyre \"Soft\"\n0xf8 lap_position 0.5\n0xfc car[0] 10\n0x100 car[1] 11\n"
     "0x10c flag 1\n0x118 surface_grip 0.98\n",
     "ac_graphics 284\n", NULL, true},
    {"assetto-corsa", "win:Local\\acpmf_static", 4096,
     "0 utf16 1.7\n30 utf16 1.16\n64 u32 20\n68 utf16 ferrari_458\n134 utf16 monza\n200 utf16 Ann\n"
     "400 u32 3\n412 u32 9000\n416 f32 85\n",
     "0x0 memory_version \"1.7\"\n0x1e game_version \"1.16\"\n0x40 cars 20\n"
     "0x44 car_model \"ferrari_458\"\n0x86 track \"monza\"\n0xc8 player_name \"Ann\"\n"
     "0x190 sectors 3\n0x19c max_rpm 9000\n0x1a0 max_fuel 85\n",
     "", NULL, true},
    {"iracing", "win:Local\\IRSDKMemMapFileName", 16384,
     "0 u32 2\n4 u32 1\n8 u32 60\n16 u32 32\n20 u32 4096\n24 u32 1\n28 u32 112\n32 u32 3\n"
     "36 u32 8\n48 u32 500\n52 u32 8192\n112 u32 4\n116 u32 4\n120 u32 1\n128 text Speed\n"
     "160 text speed of the car\n224 text m/s\n4096 text ---\n",
     "0x0 version 2\n0x4 status IR_CONNECTED\n0x8 tick_rate 60\n0x18 variable_count 1\n"
     "0x30 buffer[0].tick 500\n0x34 buffer[0].offset 8192\n0x70 variable[0].type IR_FLOAT (4)\n"
     "0x74 variable[0].offset 4\n0x80 variable[0].name \"Speed\"\n"
     "0xa0 variable[0].description \"speed of the car\"\n0xe0 variable[0].unit \"m/s\"\n"
     "0x1000 session \"---\"\n",
     "ir_telemetry 112\nir_variable 144\nir_buffer 16\n", NULL, false},
    {"rfactor2", "win:Local\\$rFactor2SMMP_Telemetry$", 245760,
     "0 u32 7\n4 u32 7\n12 u32 2\n16 u32 0\n1904 u32 5\n2256 u32 3\n2260 f64 7200.5\n"
     "1936 text Porsche\n",
     "0x0 version_begin 7\n0x4 version_end 7\n0xc car_count 2\n0x770 car[1].id 5\n"
     "0x790 car[1].vehicle \"Porsche\"\n0x8d0 car[1].gear 3\n0x8d4 car[1].rpm 7200.5\n",
     "rf2_car 1888\n", NULL, true},
    {"rfactor2", "win:Local\\$rFactor2SMMP_Scoring$", 77824,
     "0 u32 8\n4 u32 8\n12 text Spa\n76 u32 10\n80 f64 12.5\n88 f64 3600\n96 u32 20\n100 f64 "
     "7004\n",
     "0xc track \"Spa\"\n0x4c session 10\n0x50 current_time 12.5\n0x58 end_time 3600\n"
     "0x60 max_laps 20\n0x64 lap_distance 7004\n",
     "", NULL, true},
    {"hwinfo", "win:Global\\HWiNFO_SENS_SM2", 8192,
     "0 text HWiS\n4 u32 2\n12 u64 1795914223\n20 u32 48\n24 u32 392\n28 u32 1\n32 u32 440\n"
     "36 u32 460\n40 u32 2\n44 u32 2000\n48 u32 0xf0000300\n56 text CPU [#0]\n184 text my CPU\n"
     "900 u32 1\n904 u32 0\n912 text Core 0\n1040 text mine\n1168 text C\n1184 f64 45.5\n"
     "1192 f64 30\n1200 f64 80\n1208 f64 50\n1216 text core\n1344 text C\n",
     "0x0 signature \"HWiS\"\n0x4 version 2\n0xc poll_time 2026-11-29 01:03:43Z (1795914223)\n"
     "0x1c sensor_count 1\n0x2c poll_period 2000\n0x30 sensor[0].id 0xf0000300\n"
     "0x38 sensor[0].name \"CPU [#0]\"\n0xb8 sensor[0].user_name \"my CPU\"\n"
     "0x384 reading[1].kind HWINFO_TEMPERATURE (1)\n0x390 reading[1].label \"Core 0\"\n"
     "0x490 reading[1].unit \"C\"\n0x4a0 reading[1].value 45.5\n0x4a8 reading[1].minimum 30\n"
     "0x4b0 reading[1].maximum 80\n0x4b8 reading[1].average 50\n"
     "0x4c0 reading[1].utf8_label \"core\"\n0x540 reading[1].utf8_unit \"C\"\n",
     "hwinfo 48\nhwinfo_sensor 392\nhwinfo_reading 460\n", NULL, false},
    {"msi-afterburner", "win:Local\\MAHMSharedMemory", 8192,
     "0 u32 0x4d41484d\n4 u32 0x20000\n8 u32 32\n12 u32 2\n16 u32 1324\n20 u32 1795914223\n"
     "24 u32 1\n1356 text GPU temperature\n1616 text C\n2656 f32 45.5\n2660 f32 0\n2664 f32 100\n"
     "2672 u32 0\n",
     "0x0 signature 0x4d41484d\n0x4 version 0x20000\n0xc entry_count 2\n0x10 entry_size 1324\n"
     "0x14 polled 2026-11-29 01:03:43Z (1795914223)\n0x54c entry[1].name \"GPU temperature\"\n"
     "0x650 entry[1].units \"C\"\n0xa60 entry[1].value 45.5\n0xa68 entry[1].maximum 100\n",
     "mahm_entry 1324\nmahm 32\n", NULL, false},
    {"rtss", "win:Local\\RTSSSharedMemoryV2", 16384,
     "0 u32 0x52545353\n4 u32 0x2000f\n8 u32 512\n12 u32 8192\n16 u32 2\n20 u32 4608\n24 u32 64\n"
     "28 u32 1\n32 u32 9\n36 u32 1\n64 text 60 FPS\n320 text game\n576 text more\n8704 u32 812\n"
     "8708 text game.exe\n8972 u32 1000\n8976 u32 2000\n8980 u32 60\n8984 u32 16666\n",
     "0x0 signature 0x52545353\n0x4 version 0x2000f\n0x20 text_frame 9\n0x24 busy 1\n"
     "0x2200 program[1].process 812\n0x2204 program[1].name \"game.exe\"\n"
     "0x230c program[1].period_start 1000\n0x2310 program[1].period_end 2000\n"
     "0x2314 program[1].frames 60\n0x2318 program[1].frame_time 16666\n"
     "0x40 text[0].text \"60 FPS\"\n0x140 text[0].owner \"game\"\n"
     "0x240 text[0].long_text \"more\"\n",
     "rtss_program 284\nrtss_text 4608\n", NULL, false},
    {"coretemp", "win:Local\\CoreTempMappingObjectEx", 8192,
     "0 u32 12\n4 u32 13\n1024 u32 100\n1536 u32 2\n1540 u32 1\n1544 f32 45.5\n1548 f32 46.5\n"
     "2568 f32 1.25\n2572 f32 3600\n2584 text Some CPU\n2684 u8 1\n2685 u8 0\n2688 u32 2\n"
     "2692 u32 65\n3204 f32 33.5\n3716 f32 36\n",
     "0x0 load[0] 12\n0x4 load[1] 13\n0x400 tj_max[0] 100\n0x600 core_count 2\n"
     "0x608 temperature[0] 45.5\n0x60c temperature[1] 46.5\n0xa08 voltage 1.25\n"
     "0xa0c cpu_speed 3600\n0xa18 cpu_name \"Some CPU\"\n0xa7c fahrenheit 1\n0xa80 version 2\n"
     "0xa84 tdp[0] 65\n0xc84 power[0] 33.5\n0xe84 multipliers[0] 36\n",
     "coretemp 4740\n", NULL, true},
    {"gpu-z", "win:Local\\GPUZShMem", 200704,
     "0 u32 1\n4 u32 0\n8 u32 5000\n12 utf16 CardName\n524 utf16 Some card\n"
     "131084 utf16 GPU Clock\n131596 utf16 MHz\n131612 u32 1\n131616 f64 1350.5\n"
     "131624 utf16 Fan\n",
     "0x0 version 1\n0x8 updated 5000\n0xc data[0].key \"CardName\"\n"
     "0x20c data[0].value \"Some card\"\n0x2000c sensor[0].name \"GPU Clock\"\n"
     "0x2020c sensor[0].unit \"MHz\"\n0x2021c sensor[0].digits 1\n"
     "0x20220 sensor[0].value 1350.5\n0x20228 sensor[1].name \"Fan\"\n",
     "gpuz_sensor 540\ngpuz_record 1024\ngpuz 200204\n", NULL, false},
    {0},
};
