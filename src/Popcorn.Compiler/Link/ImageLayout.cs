using System.Globalization;
using System.Text;

namespace Popcorn.Compiler.Link;

/// <summary>
/// The linker script of a program. Everything private lies either below the common part, in a span that is reserved
/// large enough for all ISAs, or behind it; so the common part starts at one address and its padded sections give it
/// one layout. No page holds common and private bytes, and every output section is named: an orphan fails the link.
/// Unwind tables and resume functions come first, in segments that become <see cref="UnloadedSegments"/>; the tables
/// before all code, since lld sorts them by unsigned distance.
/// </summary>
internal static class ImageLayout
{
    public const ulong HeaderPage = 0x1f_f000;
    public const ulong Control = 0x20_0000;
    public const ulong TlsTemplate = 0x30_0000;
    public const ulong PrivateStart = 0x40_0000;

    // Everything must be reachable by AArch64's bl (128 MiB) from common text, and by 31-bit absolute addresses.
    public const ulong PrivateSpanMax = 64ul << 20;

    /// <summary>In <c>app</c> itself: the path of its <c>app.popcorn/</c>, for when only <c>app</c> was installed
    /// somewhere else. In the executables of that folder it is removed.</summary>
    public const string HomeSection = ".pop.home";

    private const ulong SpanUnit = 4ul << 20;

    /// <summary>
    /// Start of the common part for private text and read-only data of at most this size on any ISA. A quarter is added
    /// for what appears in the link itself: <c>.eh_frame_hdr</c>, libgcc, alignment.
    /// </summary>
    public static ulong CommonStart(ulong privateBytes)
    {
        ulong span = privateBytes + (privateBytes / 4) + (1ul << 20);
        return PrivateStart + ((span + SpanUnit - 1) / SpanUnit * SpanUnit);
    }

    /// <summary>Whether the script gives the name an address.</summary>
    public static bool Defines(string name) =>
        name is "__ehdr_start" or "__pop_control" or "__pop_tls_start" or "__pop_tls_end"
        or "__pop_data_start" or "__pop_data_end" or "_end" or "end" or "__preinit_array_start" or "__preinit_array_end"
        or "__init_array_start" or "__init_array_end" or "__fini_array_start" or "__fini_array_end" or "_DYNAMIC"
        or "etext" or "_etext" or "edata" or "_edata" or "__bss_start" or "__executable_start"
        or "_GLOBAL_OFFSET_TABLE_";

    public static string Script(ulong commonStart, bool hasTls, IEnumerable<string> userSections)
    {
        StringBuilder users = new();
        foreach (string name in userSections)
        {
            users.Append(CultureInfo.InvariantCulture,
                $"    {name} : {{ __start_{name} = .; KEEP(*({name})) __stop_{name} = .; }} :data\n");
        }


        string tlsHeader = hasTls ? "\n  tls PT_LOAD FLAGS(4);" : "";
        string tlsSection = hasTls
            ? $"\n  . = 0x{TlsTemplate:x};\n  .pop.tls : {{ *(.pop.tls.*) }} :tls\n"
                + "  __pop_tls_end = ADDR(.pop.tls) + SIZEOF(.pop.tls);"
            : $"\n  __pop_tls_end = 0x{TlsTemplate:x};";
        return $$"""
            ENTRY(_start)
            PHDRS
            {
              headers PT_LOAD FILEHDR PHDRS FLAGS(4);{{tlsHeader}}
              unwind PT_LOAD FLAGS(4);
              resume PT_LOAD FLAGS(5);
              privro PT_LOAD FLAGS(4);
              privtext PT_LOAD FLAGS(5);
              text PT_LOAD FLAGS(5);
              rodata PT_LOAD FLAGS(4);
              data PT_LOAD FLAGS(6);
              privdata PT_LOAD FLAGS(6);
              note PT_NOTE FLAGS(4);
              stack PT_GNU_STACK FLAGS(6);
            }
            SECTIONS
            {
              __ehdr_start = 0x{{HeaderPage:x}};
              __pop_control = 0x{{Control:x}};
              __pop_tls_start = 0x{{TlsTemplate:x}};
              . = 0x{{HeaderPage:x}} + SIZEOF_HEADERS;
              .note.gnu.build-id : { *(.note.gnu.build-id) } :headers :note{{tlsSection}}
              . = 0x{{PrivateStart:x}};
              .eh_frame_hdr : { *(.eh_frame_hdr) } :unwind
              .eh_frame : { KEEP(*(.eh_frame)) } :unwind
              . = ALIGN(0x1000);
              .text.resume : { *(.text.resume.*) *(.rodata.*.resume) } :resume
              . = ALIGN(0x1000);
              .rodata : {
                *({{Private(".rodata")}} .srodata .srodata.* .lrodata .lrodata.*)
                *(.gcc_except_table .gcc_except_table.*)
              } :privro
              . = ALIGN(0x1000);
              .text.private : { *({{Private(".text")}}) } :privtext
              .init : { KEEP(*(.init)) } :privtext
              .fini : { KEEP(*(.fini)) } :privtext

              ASSERT(. <= 0x{{commonStart:x}}, "private part is larger than the span reserved for it")
              . = 0x{{commonStart:x}};
              .text : { *(.text.pop.*) } :text
              . = ALIGN(0x1000);
              .rodata.pop : { *(.rodata.pop.*) } :rodata
              .preinit_array : { __preinit_array_start = .; KEEP(*(.preinit_array)) __preinit_array_end = .; } :rodata
              .init_array : {
                __init_array_start = .;
                KEEP(*(SORT_BY_INIT_PRIORITY(.init_array.*))) KEEP(*(.init_array))
                __init_array_end = .;
              } :rodata
              .fini_array : {
                __fini_array_start = .;
                KEEP(*(SORT_BY_INIT_PRIORITY(.fini_array.*))) KEEP(*(.fini_array))
                __fini_array_end = .;
              } :rodata
              . = ALIGN(0x1000);
              __pop_data_start = .;
              .data : { *(.data.pop.*) } :data
            {{users}}  .bss (NOLOAD) : { *(.bss.pop.*) } :data
              . = ALIGN(0x1000);
              __pop_data_end = .;
              .data.private : { *(.data .data.* .sdata .sdata.* .ldata .ldata.* .tm_clone_table) } :privdata
              .got : { *(.got .got.plt) } :privdata
              .bss.private (NOLOAD) : { *(.bss .bss.* .sbss .sbss.* .lbss .lbss.* COMMON) } :privdata
              _end = .;

              .llvm_stackmaps 0 (INFO) : { *(.llvm_stackmaps) }
              .pop.sites 0 (INFO) : { *(.pop.sites .pop.sites.*) }
              {{HomeSection}} 0 (INFO) : { BYTE(0) }
              .comment 0 : { *(.comment) }
              .debug_abbrev 0 : { *(.debug_abbrev) }
              .debug_addr 0 : { *(.debug_addr) }
              .debug_aranges 0 : { *(.debug_aranges) }
              .debug_frame 0 : { *(.debug_frame) }
              .debug_info 0 : { *(.debug_info) }
              .debug_line 0 : { *(.debug_line) }
              .debug_line_str 0 : { *(.debug_line_str) }
              .debug_loc 0 : { *(.debug_loc) }
              .debug_loclists 0 : { *(.debug_loclists) }
              .debug_macinfo 0 : { *(.debug_macinfo) }
              .debug_macro 0 : { *(.debug_macro) }
              .debug_names 0 : { *(.debug_names) }
              .debug_pubnames 0 : { *(.debug_pubnames) }
              .debug_pubtypes 0 : { *(.debug_pubtypes) }
              .debug_ranges 0 : { *(.debug_ranges) }
              .debug_rnglists 0 : { *(.debug_rnglists) }
              .debug_str 0 : { *(.debug_str) }
              .debug_str_offsets 0 : { *(.debug_str_offsets) }
              .debug_types 0 : { *(.debug_types) }
              .symtab 0 : { *(.symtab) }
              .symtab_shndx 0 : { *(.symtab_shndx) }
              .strtab 0 : { *(.strtab) }
              .shstrtab 0 : { *(.shstrtab) }
              /DISCARD/ : { *(.note.GNU-stack .note.gnu.property .note.ABI-tag .llvm_addrsig .riscv.attributes) }
            }
            """;
    }

    // Every section of the kind but the .pop. ones, which the script places later; a glob has no other way to say so.
    private static string Private(string kind) =>
        $"{kind} {kind}.[!p]* {kind}.p {kind}.p[!o]* {kind}.po {kind}.po[!p]* {kind}.pop {kind}.pop[!.]*";
}
