// SPDX-License-Identifier: BSD-2-Clause
//
// A moving OpenGL program to be captured: a turning triangle, and along the top
// edge the time of the drawing in black and white squares. Ends when its
// standard input does. Exits with 77 where there is no OpenGL.

#include <GL/gl.h>
#include <GL/glx.h>
#include <X11/Xlib.h>
#include <math.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "live_code.h"

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void draw(int64_t now)
{
    const double turn = 6.2831853 / 3;
    double angle = (double) (now % 4000000000) / 4e9 * 6.2831853;
    uint32_t code = live_code((uint32_t) (now / 1000000));

    glDisable(GL_SCISSOR_TEST);
    glClearColor(0.1f, 0.2f, 0.3f, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    glBegin(GL_TRIANGLES);
    for (int i = 0; i < 3; i++) {
        glColor3f(i == 0, i == 1, i == 2);
        glVertex2d(0.5 * cos(angle + i * turn), 0.8 * sin(angle + i * turn) - 0.05);
    }
    glEnd();
    glEnable(GL_SCISSOR_TEST);
    for (int i = 0; i < LIVE_CODE_BITS; i++) {
        float white = (float) (code >> i & 1);

        glScissor(i * LIVE_SQUARE, LIVE_HEIGHT - LIVE_SQUARE, LIVE_SQUARE, LIVE_SQUARE);
        glClearColor(white, white, white, 1);
        glClear(GL_COLOR_BUFFER_BIT);
    }
}

static int asked_to_end(void)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

    return poll(&in, 1, 0) != 0;
}

int main(void)
{
    int wish[] = {GLX_RGBA, GLX_DOUBLEBUFFER, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE,
                  8, None};
    Display *display = XOpenDisplay(NULL);
    XVisualInfo *visual = display ? glXChooseVisual(display, DefaultScreen(display), wish) : NULL;
    GLXContext context = visual ? glXCreateContext(display, visual, NULL, True) : NULL;
    XSetWindowAttributes attributes = {.override_redirect = True};
    Window root, window;
    int64_t next;

    if (!context) {
        puts("there is no OpenGL on this display");
        return 77;
    }
    root = RootWindow(display, visual->screen);
    attributes.colormap = XCreateColormap(display, root, visual->visual, AllocNone);
    window = XCreateWindow(display, root, 0, 0, LIVE_WIDTH, LIVE_HEIGHT, 0, visual->depth,
                           InputOutput, visual->visual, CWColormap | CWOverrideRedirect,
                           &attributes);
    XMapRaised(display, window);
    glXMakeCurrent(display, window, context);
    for (int frame = 0; !asked_to_end(); frame++) {
        next = now_ns() + 1000000000 / LIVE_DRAWN_FPS;
        draw(now_ns());
        glXSwapBuffers(display, window);
        glFinish();
        if (frame == 1) {
            puts((const char *) glGetString(GL_RENDERER));
            fflush(stdout);
        }
        while (now_ns() < next) {
            struct timespec t = {.tv_nsec = 1000000};

            nanosleep(&t, NULL);
        }
    }
    glXMakeCurrent(display, None, NULL);
    glXDestroyContext(display, context);
    XFree(visual);
    XCloseDisplay(display);
    return 0;
}
