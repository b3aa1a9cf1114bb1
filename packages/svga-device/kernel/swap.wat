;; Exchanges blue and red of texels, and makes them opaque: bytes b, g, r, x become r, g, b, 255.
(module
  (import "host" "memory" (memory 1))

  ;; The texels of `length` bytes at `from`, to `to`, which is the same or overlaps none of them. Any address will do.
  (func (export "swap") (param $from i32) (param $to i32) (param $length i32)
    (local $end i32)
    (local $order v128)
    (local $opaque v128)
    ;; An order in a local stays in a register; with i8x16.shuffle the loop takes twice the time in V8.
    (local.set $order (v128.const i8x16 2 1 0 3 6 5 4 7 10 9 8 11 14 13 12 15))
    (local.set $opaque (i32x4.splat (i32.const 0xff000000)))
    (local.set $end (i32.add (local.get $from) (i32.and (local.get $length) (i32.const 0xffffffe0))))
    (block $few
      (br_if $few (i32.eq (local.get $from) (local.get $end)))
      (loop $next
        (v128.store (local.get $to) (v128.or (local.get $opaque)
          (i8x16.swizzle (v128.load (local.get $from)) (local.get $order))))
        (v128.store offset=16 (local.get $to) (v128.or (local.get $opaque)
          (i8x16.swizzle (v128.load offset=16 (local.get $from)) (local.get $order))))
        (local.set $from (i32.add (local.get $from) (i32.const 32)))
        (local.set $to (i32.add (local.get $to) (i32.const 32)))
        (br_if $next (i32.ne (local.get $from) (local.get $end)))))
    ;; The last 7 texels at most, one by one: what is behind them stays.
    (local.set $end (i32.add (local.get $from) (i32.and (local.get $length) (i32.const 31))))
    (block $done
      (loop $one
        (br_if $done (i32.eq (local.get $from) (local.get $end)))
        (v128.store32_lane 0 (local.get $to) (v128.or (local.get $opaque)
          (i8x16.swizzle (v128.load32_zero (local.get $from)) (local.get $order))))
        (local.set $from (i32.add (local.get $from) (i32.const 4)))
        (local.set $to (i32.add (local.get $to) (i32.const 4)))
        (br $one)))))
