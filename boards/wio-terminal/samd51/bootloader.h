/* The UF2 bootloader, by the word of RAM that it shares with the program. */
#ifndef BOOTLOADER_H
#define BOOTLOADER_H

/* Restarts the chip into the bootloader, which shows the drive "Arduino" until it got an image. */
_Noreturn void board_enter_bootloader(void);

#endif
