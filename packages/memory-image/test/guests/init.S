# The first process of a guest that runs a Linux kernel: 32-bit, so that 64-bit kernels run it too. It touches
# some pages of each kind, says so on the console, and spins.

        .set    SYS_write, 4
        .set    PAGES, 3000

        .globl  _start
        .text
_start: movl    $touched, %edi
        movl    $PAGES, %ecx
        # Loads from all, stores into every third.
touch:  movb    (%edi), %al
        addl    $4096, %edi
        loop    touch
        movl    $touched, %edi
        movl    $(PAGES / 3), %ecx
store:  movb    $1, (%edi)
        addl    $3 * 4096, %edi
        loop    store
        movl    $SYS_write, %eax
        movl    $1, %ebx
        movl    $ready, %ecx
        movl    $(end - ready), %edx
        int     $0x80
        # It stays on its CPU, whose CR3 is then that of a process.
spin:   jmp     spin

        .section .rodata
ready:  .ascii  "cg: ready\n"
end:

        .section .note.GNU-stack, "", @progbits

        .bss
        .balign 4096
touched: .skip  PAGES * 4096
