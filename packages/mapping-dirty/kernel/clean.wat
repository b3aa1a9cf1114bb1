;; Cleans page-table entries as cleanEntries of clean-entries.ts does, two entries to a vector.
;;
;; An entry has 8 bytes; bit 0 is set if it is present, bit 6 if it is dirty (Intel SDM volume 3A, table 4-20). In
;; `e & (e << 6)`, bit 6 is set if it is both: such an entry is a hit, and loses bit 6. Others keep their value.
(module
  (import "host" "memory" (memory 1))

  ;; Cleans `count` entries from byte `entry` on. The record from byte `found` on has a word for each 32 of them, with a
  ;; bit for each hit, the first entry's lowest. Words without hits are not stored: the record is zero before. Returns
  ;; the number of hits.
  (func $clean (export "clean") (param $entry i32) (param $count i32) (param $found i32) (result i32)
    (local $changed i32)
    (local $word i32) ;; the hits of a word
    (local $size i32) ;; its entries: 32, or fewer at the end of the run
    (local $i i32)
    (local $hit i32)
    (local $dirty v128)
    (local $e v128)
    (local $h0 v128) (local $h1 v128) (local $h2 v128) (local $h3 v128)
    (local $h4 v128) (local $h5 v128) (local $h6 v128) (local $h7 v128)
    (block $end
      (loop $nextWord
        ;; Passes over words without a dirty entry. 16 entries are looked at together: the code for 32 needs more vector
        ;; registers than there are, which costs 6 %. Bit 6 is shifted to the sign.
        (block $some
          (loop $glance
            (br_if $some (i32.lt_u (local.get $count) (i32.const 32)))
            (br_if $some (i64x2.bitmask (i64x2.shl
              (v128.or
                (v128.or
                  (v128.or (v128.load offset=0x00 (local.get $entry)) (v128.load offset=0x10 (local.get $entry)))
                  (v128.or (v128.load offset=0x20 (local.get $entry)) (v128.load offset=0x30 (local.get $entry))))
                (v128.or
                  (v128.or (v128.load offset=0x40 (local.get $entry)) (v128.load offset=0x50 (local.get $entry)))
                  (v128.or (v128.load offset=0x60 (local.get $entry)) (v128.load offset=0x70 (local.get $entry)))))
              (i32.const 57))))
            (br_if $some (i64x2.bitmask (i64x2.shl
              (v128.or
                (v128.or
                  (v128.or (v128.load offset=0x80 (local.get $entry)) (v128.load offset=0x90 (local.get $entry)))
                  (v128.or (v128.load offset=0xa0 (local.get $entry)) (v128.load offset=0xb0 (local.get $entry))))
                (v128.or
                  (v128.or (v128.load offset=0xc0 (local.get $entry)) (v128.load offset=0xd0 (local.get $entry)))
                  (v128.or (v128.load offset=0xe0 (local.get $entry)) (v128.load offset=0xf0 (local.get $entry)))))
              (i32.const 57))))
            (local.set $entry (i32.add (local.get $entry) (i32.const 256)))
            (local.set $found (i32.add (local.get $found) (i32.const 4)))
            (local.set $count (i32.sub (local.get $count) (i32.const 32)))
            (br $glance)))
        (br_if $end (i32.eqz (local.get $count)))

        (local.set $size
          (select (local.get $count) (i32.const 32) (i32.lt_u (local.get $count) (i32.const 32))))
        (local.set $word (i32.const 0))
        (local.set $i (i32.const 0))
        (local.set $dirty (v128.const i64x2 0x40 0x40))

        ;; 16 entries at a time. The low words of their hits are packed to bytes, whose sign bits are the record.
        (block $fewer
          (loop $sixteen
            (br_if $fewer (i32.lt_u (i32.sub (local.get $size) (local.get $i)) (i32.const 16)))
            (local.set $e (v128.load offset=0x00 (local.get $entry)))
            (local.set $h0 (v128.and (local.get $dirty)
              (v128.and (local.get $e) (i64x2.shl (local.get $e) (i32.const 6)))))
            (v128.store offset=0x00 (local.get $entry) (v128.xor (local.get $e) (local.get $h0)))
            (local.set $e (v128.load offset=0x10 (local.get $entry)))
            (local.set $h1 (v128.and (local.get $dirty)
              (v128.and (local.get $e) (i64x2.shl (local.get $e) (i32.const 6)))))
            (v128.store offset=0x10 (local.get $entry) (v128.xor (local.get $e) (local.get $h1)))
            (local.set $e (v128.load offset=0x20 (local.get $entry)))
            (local.set $h2 (v128.and (local.get $dirty)
              (v128.and (local.get $e) (i64x2.shl (local.get $e) (i32.const 6)))))
            (v128.store offset=0x20 (local.get $entry) (v128.xor (local.get $e) (local.get $h2)))
            (local.set $e (v128.load offset=0x30 (local.get $entry)))
            (local.set $h3 (v128.and (local.get $dirty)
              (v128.and (local.get $e) (i64x2.shl (local.get $e) (i32.const 6)))))
            (v128.store offset=0x30 (local.get $entry) (v128.xor (local.get $e) (local.get $h3)))
            (local.set $e (v128.load offset=0x40 (local.get $entry)))
            (local.set $h4 (v128.and (local.get $dirty)
              (v128.and (local.get $e) (i64x2.shl (local.get $e) (i32.const 6)))))
            (v128.store offset=0x40 (local.get $entry) (v128.xor (local.get $e) (local.get $h4)))
            (local.set $e (v128.load offset=0x50 (local.get $entry)))
            (local.set $h5 (v128.and (local.get $dirty)
              (v128.and (local.get $e) (i64x2.shl (local.get $e) (i32.const 6)))))
            (v128.store offset=0x50 (local.get $entry) (v128.xor (local.get $e) (local.get $h5)))
            (local.set $e (v128.load offset=0x60 (local.get $entry)))
            (local.set $h6 (v128.and (local.get $dirty)
              (v128.and (local.get $e) (i64x2.shl (local.get $e) (i32.const 6)))))
            (v128.store offset=0x60 (local.get $entry) (v128.xor (local.get $e) (local.get $h6)))
            (local.set $e (v128.load offset=0x70 (local.get $entry)))
            (local.set $h7 (v128.and (local.get $dirty)
              (v128.and (local.get $e) (i64x2.shl (local.get $e) (i32.const 6)))))
            (v128.store offset=0x70 (local.get $entry) (v128.xor (local.get $e) (local.get $h7)))
            (local.set $hit (i8x16.bitmask (i8x16.shl
              (i8x16.narrow_i16x8_s
                (i16x8.narrow_i32x4_s
                  (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $h0) (local.get $h1))
                  (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $h2) (local.get $h3)))
                (i16x8.narrow_i32x4_s
                  (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $h4) (local.get $h5))
                  (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $h6) (local.get $h7))))
              (i32.const 1))))
            (local.set $word (i32.or (local.get $word) (i32.shl (local.get $hit) (local.get $i))))
            (local.set $entry (i32.add (local.get $entry) (i32.const 128)))
            (local.set $i (i32.add (local.get $i) (i32.const 16)))
            (br $sixteen)))

        ;; The last of the run, fewer than 16.
        (block $none
          (loop $one
            (br_if $none (i32.eq (local.get $i) (local.get $size)))
            (local.set $hit (i32.load (local.get $entry)))
            (local.set $hit (i32.and (i32.const 0x40)
              (i32.and (local.get $hit) (i32.shl (local.get $hit) (i32.const 6)))))
            (i32.store (local.get $entry) (i32.xor (i32.load (local.get $entry)) (local.get $hit)))
            (local.set $word (i32.or (local.get $word)
              (i32.shl (i32.shr_u (local.get $hit) (i32.const 6)) (local.get $i))))
            (local.set $entry (i32.add (local.get $entry) (i32.const 8)))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br $one)))

        (i32.store (local.get $found) (local.get $word))
        (local.set $changed (i32.add (local.get $changed) (i32.popcnt (local.get $word))))
        (local.set $found (i32.add (local.get $found) (i32.const 4)))
        (local.set $count (i32.sub (local.get $count) (local.get $size)))
        (br $nextWord)))
    (local.get $changed))

  ;; Cleans the leaf tables that `count` adjacent upper entries from byte `upper` on point at. Record and result are
  ;; those of `clean` for one run of 512 entries after the other.
  (func (export "cleanTables") (param $upper i32) (param $count i32) (param $found i32) (result i32)
    (local $changed i32)
    (block $end
      (loop $nextTable
        (br_if $end (i32.eqz (local.get $count)))
        (local.set $changed (i32.add (local.get $changed)
          (call $clean
            (i32.and (i32.load (local.get $upper)) (i32.const 0xfffff000))
            (i32.const 512)
            (local.get $found))))
        (local.set $upper (i32.add (local.get $upper) (i32.const 8)))
        (local.set $found (i32.add (local.get $found) (i32.const 64)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $nextTable)))
    (local.get $changed)))
