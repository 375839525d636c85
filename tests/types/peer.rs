// The same for Rust: enums with contents, cells, atomics.
use std::cell::UnsafeCell;
use std::ffi::CString;
use std::io::Write;
use std::os::raw::{c_char, c_int, c_void};
use std::sync::atomic::{AtomicU64, Ordering};

extern "C" {
    fn shm_open(name: *const c_char, flags: c_int, mode: u32) -> c_int;
    fn ftruncate(fd: c_int, size: i64) -> c_int;
    fn mmap(at: *mut c_void, n: usize, prot: c_int, flags: c_int, fd: c_int, off: i64) -> *mut c_void;
    fn pause() -> c_int;
}

#[repr(u8)]
#[derive(Clone, Copy)]
pub enum Mode {
    Idle = 0,
    Busy = 3,
}

#[repr(C, u8)]
pub enum Event {
    Nothing,
    Moved { x: f32, y: f32 },
    Named([u8; 4], u16),
}

#[repr(C)]
pub struct Ring {
    head: AtomicU64,
    cell: UnsafeCell<u32>,
    mode: Mode,
    event: Event,
    letter: char,
}

fn main() {
    let name = CString::new(std::env::args().nth(1).unwrap()).unwrap();
    unsafe {
        let fd = shm_open(name.as_ptr(), 0o2 | 0o100, 0o600);
        if fd < 0 || ftruncate(fd, 4096) != 0 {
            std::process::exit(1);
        }
        let at = mmap(std::ptr::null_mut(), 4096, 3, 1, fd, 0) as *mut Ring;
        std::ptr::write(
            at,
            Ring {
                head: AtomicU64::new(5),
                cell: UnsafeCell::new(6),
                mode: Mode::Busy,
                event: Event::Moved { x: 0.5, y: 1.5 },
                letter: 'k',
            },
        );
        (*at).head.fetch_add(1, Ordering::SeqCst);
        let _ = (Mode::Idle, Event::Nothing, Event::Named([0; 4], 1));
        println!("ready");
        std::io::stdout().flush().unwrap();
        pause();
    }
}
