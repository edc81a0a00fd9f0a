// The opcodes of Python's pickletools that torch.save and its kin write, protocols 2 to 5.
#pragma once

#include <cstdint>

namespace triptych::pickle {

// clang-format off
enum Opcode : std::uint8_t {
  MARK = '(', STOP = '.', POP = '0', POP_MARK = '1', DUP = '2', NONE = 'N',
  BININT = 'J', BININT1 = 'K', BININT2 = 'M', LONG1 = 0x8a, BINFLOAT = 'G', NEWTRUE = 0x88, NEWFALSE = 0x89,
  BINSTRING = 'T', SHORT_BINSTRING = 'U', BINUNICODE = 'X', SHORT_BINUNICODE = 0x8c, BINUNICODE8 = 0x8d,
  BINBYTES = 'B', SHORT_BINBYTES = 'C',
  EMPTY_DICT = '}', SETITEM = 's', SETITEMS = 'u', EMPTY_LIST = ']', APPEND = 'a', APPENDS = 'e',
  EMPTY_TUPLE = ')', TUPLE = 't', TUPLE1 = 0x85, TUPLE2 = 0x86, TUPLE3 = 0x87, EMPTY_SET = 0x8f, ADDITEMS = 0x90,
  BINPUT = 'q', LONG_BINPUT = 'r', BINGET = 'h', LONG_BINGET = 'j', MEMOIZE = 0x94,
  GLOBAL = 'c', STACK_GLOBAL = 0x93, REDUCE = 'R', NEWOBJ = 0x81, BUILD = 'b', BINPERSID = 'Q',
  PROTO = 0x80, FRAME = 0x95,
};
// clang-format on

}  // namespace triptych::pickle
