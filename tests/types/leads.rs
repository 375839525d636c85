// A program in Rust whose static has a typed pointer to what it shares.
use std::ffi::CString;
use std::io::Write;
use std::os::raw::{c_char, c_int, c_void};

extern "C" {
    fn shm_open(name: *const c_char, flags: c_int, mode: u32) -> c_int;
    fn ftruncate(fd: c_int, size: i64) -> c_int;
    fn mmap(at: *mut c_void, n: usize, p: c_int, f: c_int, fd: c_int, o: i64) -> *mut c_void;
    fn pause() -> c_int;
}

#[repr(C)]
pub struct Ring {
    head: u64,
    tail: u64,
    slots: [u32; 16],
}

pub static mut G_RING: *mut Ring = std::ptr::null_mut();

fn main() {
    let name = CString::new(std::env::args().nth(1).unwrap()).unwrap();
    unsafe {
        let fd = shm_open(name.as_ptr(), 0o2 | 0o100, 0o600);
        if fd < 0 || ftruncate(fd, 4096) != 0 {
            std::process::exit(1);
        }
        G_RING = mmap(std::ptr::null_mut(), 4096, 3, 1, fd, 0) as *mut Ring;
        (*G_RING).head = 5;
        println!("ready");
        std::io::stdout().flush().unwrap();
        pause();
    }
}
