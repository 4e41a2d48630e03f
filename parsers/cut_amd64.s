#include "textflag.h"

// func lineEnds64(b *byte, times int, ends *uint16) int
TEXT ·lineEnds64(SB), NOSPLIT, $0-32
	MOVQ b+0(FP), SI
	MOVQ times+8(FP), CX
	MOVQ ends+16(FP), DI
	MOVQ $0x0a0a0a0a0a0a0a0a, AX
	MOVQ AX, X0
	PUNPCKLQDQ X0, X0
	XORQ R10, R10 // how many ends there are
	XORQ R12, R12 // where b is

loop:
	// A bit for each byte that is a line end.
	MOVOU (SI), X1
	MOVOU 16(SI), X2
	MOVOU 32(SI), X3
	MOVOU 48(SI), X4
	PCMPEQB X0, X1
	PCMPEQB X0, X2
	PCMPEQB X0, X3
	PCMPEQB X0, X4
	PMOVMSKB X1, AX
	PMOVMSKB X2, BX
	PMOVMSKB X3, DX
	PMOVMSKB X4, R8
	SHLQ $16, BX
	SHLQ $32, DX
	SHLQ $48, R8
	ORQ BX, AX
	ORQ DX, R8
	ORQ R8, AX

	// Mostly there is one, or none: it is noted in any case, and counted if it
	// is there, without a branch that no processor can foresee.
	BSFQ AX, R9
	ADDQ R12, R9
	MOVW R9, (DI)(R10*2)
	CMPQ AX, $1
	SBBQ $-1, R10
	LEAQ -1(AX), R11
	ANDQ R11, AX
	JNZ more

next:
	ADDQ $64, SI
	ADDQ $64, R12
	DECQ CX
	JNZ loop
	MOVQ R10, ret+24(FP)
	RET

more:
	BSFQ AX, R9
	ADDQ R12, R9
	MOVW R9, (DI)(R10*2)
	INCQ R10
	LEAQ -1(AX), R11
	ANDQ R11, AX
	JNZ more
	JMP next
