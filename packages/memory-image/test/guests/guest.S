# A machine's firmware: writes page tables, turns paging on, touches some addresses, halts.
#
# It is the whole 64 KiB at 0xf0000 and 0xffff0000. What differs between guests stands at PARAMETERS, which
# make-guests.mjs fills in: registers, words to write, addresses to touch.

        .set    PARAMETERS, 0x1000
        .set    BASE, 0xf0000
        # Offsets at PARAMETERS; each list is a count and its address.
        .set    CR4, PARAMETERS
        .set    CR3, PARAMETERS + 4
        .set    EFER, PARAMETERS + 8
        .set    CR0, PARAMETERS + 12
        .set    WORDS, PARAMETERS + 16
        .set    TOUCHES, PARAMETERS + 24

        .section .text
        .code16
start:  cli
        lgdtl   %cs:gdtr
        movl    %cr0, %eax
        orl     $1, %eax
        movl    %eax, %cr0
        ljmpl   $0x08, $(BASE + protected)

        .code32
protected:
        movw    $0x10, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        # Words: address, value.
        movl    BASE + WORDS, %ecx
        movl    BASE + WORDS + 4, %esi
write:  movl    (%esi), %edi
        movl    4(%esi), %eax
        movl    %eax, (%edi)
        addl    $8, %esi
        loop    write
        movl    BASE + CR4, %eax
        movl    %eax, %cr4
        movl    BASE + CR3, %eax
        movl    %eax, %cr3
        movl    BASE + EFER, %eax
        testl   %eax, %eax
        jz      paging
        xorl    %edx, %edx
        movl    $0xc0000080, %ecx
        wrmsr
paging: movl    BASE + CR0, %eax
        movl    %eax, %cr0
        movl    BASE + TOUCHES, %ecx
        movl    BASE + TOUCHES + 4, %esi
        testl   $0x100, BASE + EFER
        jnz     enter
        # Touches: a 64-bit address, and whether to store. The loaded byte is stored back.
touch:  jecxz   halt
        movl    (%esi), %edi
        movb    (%edi), %al
        cmpl    $0, 8(%esi)
        je      next
        movb    %al, (%edi)
next:   addl    $16, %esi
        loop    touch
halt:   hlt
        jmp     halt

enter:  ljmpl   $0x18, $(BASE + long)
        .code64
long:   movl    %esi, %esi
        movl    %ecx, %ecx
touch64:
        jrcxz   halt64
        movq    (%rsi), %rdi
        movb    (%rdi), %al
        cmpl    $0, 8(%rsi)
        je      next64
        movb    %al, (%rdi)
next64: addq    $16, %rsi
        loop    touch64
halt64: hlt
        jmp     halt64

        .balign 8
gdt:    .quad   0
        .quad   0x00cf9b000000ffff      # 0x08 32-bit code
        .quad   0x00cf93000000ffff      # 0x10 data
        .quad   0x00af9b000000ffff      # 0x18 64-bit code
gdtr:   .word   . - gdt - 1
        .long   BASE + gdt

        # The CPU starts here.
        .org    0xfff0
        .code16
        jmp     start
        .org    0x10000
